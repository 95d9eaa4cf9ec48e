import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { announceChange } from '../events/announce-change.ts'
import { beginReminder } from '../reminders/begin-reminder.ts'
import type { Job } from './job.ts'

const IDLE_MS = 500

/** Begins what is to be told by the clock: reminders, and changes that an organizer has done making. */
export function startBeginning(ctx: Context): Job {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const worked = await beginOnce(ctx).catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'reminders and changes wait')
        return false
      })
      if (!worked) await pause(IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function beginOnce(ctx: Context): Promise<boolean> {
  const changed = await announceChange(ctx)
  return (await beginReminder(ctx)) || changed
}
