import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'

/**
 * When each of the next `count` messages of an organizer may go: as many a minute as it and the platform may send, over
 * all its messages and all processes. Locks both until the transaction ends.
 */
export async function takeTurns(
  tx: Tx,
  config: Context['config'],
  organizerId: string,
  count: number,
  now: Date,
): Promise<Date[]> {
  const own = await reserve(tx, organizerId, count, config.bulkPerMinuteOfOrganizer, now)
  const all = await reserve(tx, 'platform', count, config.bulkPerMinute, now)
  return Array.from({ length: count }, (_, index) => new Date(Math.max(own.at(index), all.at(index))))
}

async function reserve(tx: Tx, scope: string, count: number, perMinute: number, now: Date) {
  const stepMs = 60_000 / perMinute
  const takenMs = Math.round(count * stepMs)
  const { rows } = await sql<{ next_at: Date }>`
    insert into bulk_pace (scope, next_at) values (${scope}, ${new Date(now.getTime() + takenMs)})
    on conflict (scope) do update
       set next_at = greatest(bulk_pace.next_at, ${now}) + make_interval(secs => ${takenMs / 1_000}::float8)
    returning next_at`.execute(tx)
  const first = (rows[0]?.next_at ?? now).getTime() - takenMs
  return { at: (index: number) => Math.round(first + index * stepMs) }
}
