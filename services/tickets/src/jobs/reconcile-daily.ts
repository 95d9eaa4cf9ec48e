import { carryOut } from '../reconciliation/carry-out.ts'
import { beginDailyRun } from '../reconciliation/runs.ts'
import type { Job } from './loop.ts'

/** Once a day, from 3:00 UTC on, holds all books of each organizer against each other. */
export const reconcileDaily: Job = {
  name: 'reconcile-daily',
  pauseMs: 60_000,
  async run(ctx) {
    const run = await beginDailyRun(ctx)
    if (!run) return 0
    await carryOut(ctx, run)
    return 1
  },
}
