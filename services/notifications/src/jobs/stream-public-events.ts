import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '@guichet/database'
import { connectPublicStream, type PublicStream } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { bodyOf } from '../webhooks/public-events.ts'
import type { Job } from './job.ts'

const IDLE_MS = 250
const RETRY_MS = 30_000
const AT_ONCE = 500
/** A queue of an organizer's own may refuse what it gets: after a day, that is its loss. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000

/** Publishes what happens on the broker's public exchange, at least once, where organizers may bind queues of their own. */
export function startStreaming(ctx: Context, brokerUrl: string): Job {
  const stream = connectPublicStream(brokerUrl, { log: ctx.log })
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const published = stream.ready()
        ? await streamOnce(ctx, stream).catch((error: unknown) => {
            ctx.log.warn({ err: error }, 'public events are not streamed now')
            return 0
          })
        : 0
      if (published < AT_ONCE) await pause(IDLE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
      await stream.close()
    },
  }
}

interface Row {
  id: string
  organizer_id: string
  type: string
  occurred_at: Date
  data: Record<string, unknown>
  test: boolean
  created_at: Date
}

/** Publishes the oldest that are due; how many left. A death before the mark publishes them once more, with the same id. */
export async function streamOnce(ctx: Context, stream: PublicStream): Promise<number> {
  const now = ctx.now()
  // Leased rather than locked: a broker may take ten seconds to say no.
  const { rows } = await sql<Row>`
    update public_event p set stream_due_at = ${new Date(now.getTime() + RETRY_MS)}
      from (select id from public_event where stream_due_at <= ${now}
             order by stream_due_at limit ${AT_ONCE} for update skip locked) as due
     where p.id = due.id
    returning p.id, p.organizer_id, p.type, p.occurred_at, p.data, p.test, p.created_at
  `.execute(ctx.db)
  if (rows.length === 0) return 0
  const taken = await stream.publish(
    rows
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map((row) => {
        const id = toId('msg', row.id)
        return {
          id,
          routingKey: `${toId('org', row.organizer_id)}.${row.type}`,
          body: bodyOf({
            id,
            type: row.type,
            timestamp: row.occurred_at.toISOString(),
            data: row.data,
            test: row.test,
          }),
        }
      }),
  )
  const over = (row: Row) => now.getTime() - row.created_at.getTime() >= GIVE_UP_AFTER_MS
  const done = rows.filter((row, index) => taken[index] || over(row)).map(({ id }) => id)
  if (done.length > 0)
    await ctx.db.updateTable('public_event').set({ stream_due_at: null }).where('id', 'in', done).execute()
  return done.length
}
