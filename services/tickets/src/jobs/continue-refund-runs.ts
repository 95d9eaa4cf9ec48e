import { inTransaction } from '@guichet/database'
import { COLUMNS } from '../db.ts'
import { continueRun } from '../refunds/refund-run.ts'
import type { Job } from './loop.ts'

/** Carries mass refunds on, a page of orders per transaction; finish-refunds then sends the money of what is promised. */
export const continueRefundRuns: Job = {
  name: 'continue-refund-runs',
  pauseMs: 2_000,
  async run(ctx) {
    const { done, eventId } = await inTransaction(ctx.db, async (tx) => {
      const run = await tx
        .selectFrom('refund_run')
        .select(COLUMNS.refund_run)
        .where('state', '=', 'running')
        .limit(1)
        .forNoKeyUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!run) return { done: 0, eventId: undefined }
      return { done: await continueRun(tx, run, await ctx.time(tx)), eventId: run.event_id }
    })
    if (eventId) ctx.stock.availability.forget(eventId)
    return done
  },
}
