import { setTimeout as pause } from 'node:timers/promises'
import { carryOn } from '../bulk-messages/carry-on.ts'
import type { Context } from '../context.ts'
import type { Job } from './job.ts'

const IDLE_MS = 500

/** Carries messages to many on, for as long as it runs. Any number of processes may do this. */
export function startBulk(ctx: Context): Job {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const worked =
        !ctx.outages.present().includes('tickets') &&
        (await carryOn(ctx).catch((error: unknown) => {
          ctx.log.warn({ err: error }, 'messages to many wait')
          return false
        }))
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
