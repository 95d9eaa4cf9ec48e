import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { Claim } from './claim-deliveries.ts'

/**
 * RFC 5321 §4.5.3.2.6 has a client wait ten minutes for the last 250, because giving up sooner sends copies. We wait
 * three: what stalls holds one of few places.
 */
const SENDING_MS_MAX = 3 * 60_000

/** Begins the lease anew. False when another process has the message: nothing may be sent under this claim any more. */
async function renewLease(ctx: Context, claim: Claim): Promise<boolean> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('delivery')
    .set({ next_attempt_at: new Date(ctx.now().getTime() + ctx.config.leaseSeconds * 1_000) })
    .where('id', '=', claim.id)
    .where('lease', '=', sql<string>`${claim.lease}::uuid`)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Sends while the lease is renewed, so that a slow mail server is waited for and a dead process still holds a message
 * back for one short lease alone. Breaks off when the lease is lost all the same.
 */
export async function sendUnderLease<Result>(
  ctx: Context,
  claim: Claim,
  send: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController()
  const renewing = setInterval(
    () => {
      renewLease(ctx, claim).then(
        (ours) => ours || lost.abort(),
        // While the database is away nobody else can take the message either; the next turn tries again.
        (error: unknown) => ctx.log.warn({ err: error }, 'a lease could not be renewed'),
      )
    },
    (ctx.config.leaseSeconds * 1_000) / 3,
  )
  try {
    return await send(AbortSignal.any([lost.signal, AbortSignal.timeout(SENDING_MS_MAX)]))
  } finally {
    clearInterval(renewing)
  }
}
