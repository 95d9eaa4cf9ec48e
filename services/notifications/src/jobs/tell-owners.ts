import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { tellOwners } from '../webhooks/tell-owners.ts'
import type { Job } from './job.ts'

const IDLE_MS = 1_000

/** Has owners told of endpoints that were turned off. Apart from what posts: it waits for accounts. */
export function startTellingOwners(ctx: Context): Job {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const worked = await tellOwners(ctx).catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'owners wait to be told of their endpoints')
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
