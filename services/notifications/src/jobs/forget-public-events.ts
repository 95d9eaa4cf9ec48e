import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import { daysAgo } from '../retention/keep-config.ts'
import type { Job } from './job.ts'

const EVERY_MS = 10 * 60_000
const AT_ONCE = 1_000

/** Forgets public events after some weeks, with their deliveries: an endpoint has had its three days, and its replays. */
export function startForgettingPublicEvents(ctx: Context): Job {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const more = await forgetPublicEvents(ctx).catch((error: unknown) => {
        ctx.log.warn({ err: error }, 'old public events stay for now')
        return false
      })
      if (!more) await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/**
 * The oldest of those that are too old, and that nobody is still to get; true when there may be more. What was left open at
 * an endpoint that is off stands still, and keeps its event no longer than it would have kept it otherwise.
 */
export async function forgetPublicEvents(ctx: Context): Promise<boolean> {
  const before = daysAgo(ctx.now(), ctx.config.keep.publicEvents)
  const { numAffectedRows } = await sql`
    delete from public_event where id in (
      select id from public_event p
       where created_at < ${before} and not exists (
         select from webhook_delivery d join webhook_endpoint e on e.id = d.endpoint_id
          where d.event_id = p.id and d.state in ('pending', 'sending', 'retrying')
            and (e.enabled or d.next_attempt_at >= ${before}))
       order by created_at limit ${AT_ONCE} for update skip locked)
  `.execute(ctx.db)
  return Number(numAffectedRows ?? 0) === AT_ONCE
}
