import { inTransaction } from '@guichet/database'
import type { FastifyBaseLogger } from 'fastify'
import type { Context } from '../context.ts'
import { answerRequest } from '../users/account-request.ts'

const ROUND_MAX = 100

/** Answers the account requests that wait, each in its own transaction, so that one that can't be does not hold up the rest. */
export async function answerRequests(ctx: Pick<Context, 'db' | 'now'>, log?: FastifyBaseLogger): Promise<number> {
  let answered = 0
  for (;;) {
    const waiting = await ctx.db.selectFrom('account_request').select('id').orderBy('id').limit(ROUND_MAX).execute()
    let now = 0
    for (const { id } of waiting) {
      const done = await inTransaction(ctx.db, (tx) => answerRequest(tx, id, ctx.now())).catch((error: unknown) => {
        log?.error({ err: error, id }, 'an account request cannot be answered')
        return false
      })
      if (done) now += 1
    }
    answered += now
    if (now === 0) return answered
  }
}

/** Right after a wake-up, and now and then for what a crash left behind. */
export function startAnswering(ctx: Pick<Context, 'db' | 'now'>, log: FastifyBaseLogger, everyMs = 2_000) {
  let running: Promise<unknown> | undefined
  let again = false
  const wake = () => {
    if (running) {
      again = true
      return
    }
    running = answerRequests(ctx, log)
      .catch((error: unknown) => log.warn({ err: error }, 'account requests wait'))
      .finally(() => {
        running = undefined
        if (!again) return
        again = false
        wake()
      })
  }
  const timer = setInterval(wake, everyMs)
  wake()
  return {
    wake,
    async stop() {
      clearInterval(timer)
      again = false
      await running
    },
  }
}
