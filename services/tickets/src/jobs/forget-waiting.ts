import { forgetPastEntries } from '../waiting-list/forget-entries.ts'
import type { Job } from './loop.ts'

const EVENTS_MAX = 20

/** A month after an event, nobody needs the addresses of those who waited for it, or had been passed a ticket. */
export const forgetWaiting: Job = {
  name: 'forget-waiting',
  pauseMs: 3_600_000,
  run: (ctx) => forgetPastEntries(ctx, EVENTS_MAX),
}
