import { inTransaction } from '@guichet/database'
import type { FastifyBaseLogger } from 'fastify'
import type { Context } from '../context.ts'
import { answerRequest } from '../users/account-request.ts'

/** Answers every account request there is, each in its own transaction. */
export async function answerRequests(ctx: Pick<Context, 'db' | 'now'>): Promise<number> {
  let answered = 0
  while (await inTransaction(ctx.db, (tx) => answerRequest(tx, ctx.now()))) answered += 1
  return answered
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
    running = answerRequests(ctx)
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
