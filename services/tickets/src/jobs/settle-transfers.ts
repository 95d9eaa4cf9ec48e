import { settleEntries } from '../bank-statements/record-entries.ts'
import type { Job } from './loop.ts'

/** Time for whoever wrote it down to settle it too. */
const OWN_TIME_MS = 10_000

/** Settles what came by bank and was written down by a process that died before it could settle it. */
export const settleTransfers: Job = {
  name: 'settle-transfers',
  pauseMs: 5_000,
  async run(ctx) {
    const now = await ctx.time(ctx.db)
    return settleEntries(ctx, { olderThan: new Date(now.getTime() - OWN_TIME_MS) })
  },
}
