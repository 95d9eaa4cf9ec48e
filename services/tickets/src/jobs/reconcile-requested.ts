import { carryOut } from '../reconciliation/carry-out.ts'
import { claimRun } from '../reconciliation/runs.ts'
import type { Job } from './loop.ts'

/** Carries out the comparisons that members ask for, and those whose process has died. */
export const reconcileRequested: Job = {
  name: 'reconcile-requested',
  pauseMs: 2_000,
  async run(ctx) {
    const run = await claimRun(ctx)
    if (!run) return 0
    await carryOut(ctx, run)
    return 1
  },
}
