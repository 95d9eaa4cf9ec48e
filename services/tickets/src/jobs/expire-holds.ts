import { expireDueHolds } from '../orders/end-holds.ts'
import type { Job } from './loop.ts'

const BATCH = 200

/** Puts the places of holds whose time is over back on sale. Those with a payment under way are left to the payments job. */
export const expireHolds: Job = {
  name: 'expire-holds',
  pauseMs: 2_000,
  run: (ctx) => expireDueHolds(ctx, BATCH),
}
