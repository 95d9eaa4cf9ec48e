import { arrayLiteral, type Db, sql } from '@guichet/database'
import type { Message } from './message.ts'

export interface OutboxRow {
  id: number
  message_id: string
  type: string
  subject: string
  data: unknown
  traceparent: string | null
  created_at: Date
  last_error: string | null
}

export const UNROUTABLE = 'no queue is bound to this type'
export const REFUSED = 'the broker did not confirm it'

/** What is new, and what was put off: each has an index of its own, so that a heap of the one costs the other nothing. */
const FRESH = sql<boolean>`published_at is null and last_error is null`
const PUT_OFF = sql<boolean>`published_at is null and last_error is not null and next_attempt_at <= now()`

/** True when there is something to send: the cheap look that an idle relay takes. */
export async function isAnythingDue<S>(db: Db<S>): Promise<boolean> {
  // In order and one, or else a planner with old statistics may read the whole table for the first row that fits.
  const first = (of: typeof FRESH) => sql`(select id from outbox where ${of} order by id limit 1) is not null`
  const { rows } = await sql<{ due: boolean }>`
    select ${first(FRESH)} or ${first(PUT_OFF)}
        or exists (select from outbox_republish where finished_at is null) as due
  `.execute(db)
  return rows[0]?.due === true
}

/** A refused row holds back the later ones of its subject, to keep their order; one that nobody wants does not. */
export async function dueRows<S>(
  db: Db<S>,
  { after, except, limit }: { after: number; except: readonly number[]; limit: number },
): Promise<OutboxRow[]> {
  const firstOf = (of: typeof FRESH) => sql`
    (select id, message_id, type, subject, data, traceparent, created_at, last_error
       from outbox
      where ${of} and id > ${after} and id <> all(${arrayLiteral(except)}::bigint[])
        and not exists (
          select from outbox as refused
           where refused.subject = outbox.subject and refused.published_at is null
             and refused.next_attempt_at > now() and refused.last_error is not null and refused.last_error = ${REFUSED})
      order by id
      limit ${limit})`
  const { rows } = await sql<OutboxRow>`
    select * from (${firstOf(FRESH)} union all ${firstOf(PUT_OFF)}) as due order by id limit ${limit}
  `.execute(db)
  return rows
}

export async function markPublished<S>(db: Db<S>, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update outbox set published_at = clock_timestamp(), attempts = attempts + 1, last_error = null
     where id = any(${arrayLiteral(rows.map((row) => row.id))}::bigint[])
  `.execute(db)
}

/** Tried again later, and later still each time, at most 30 s; also what had been published before. */
export async function postpone<S>(db: Db<S>, rows: readonly OutboxRow[], reason: string): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update outbox
       set attempts = attempts + 1, last_error = ${reason}, published_at = null,
           next_attempt_at = clock_timestamp() + least(30, power(2, least(attempts, 10)) * 0.5) * interval '1 second'
     where id = any(${rows.map((row) => row.id)})
  `.execute(db)
}

export function toMessage(row: OutboxRow, source: string): Message {
  return {
    specversion: '1.0',
    id: row.message_id,
    source,
    type: row.type,
    subject: row.subject,
    time: row.created_at.toISOString(),
    datacontenttype: 'application/json',
    ...(row.traceparent ? { traceparent: row.traceparent } : {}),
    data: row.data,
  }
}

const PURGED_AT_ONCE = 5_000

/**
 * Published rows are kept 7 days, so that they can be sent again to a broker that lost its disk. By id, because the oldest
 * rows come first there and no other index is needed; past those that nobody wants, which stay.
 */
export async function purgeOutbox<S>(db: Db<S>): Promise<void> {
  for (let after: number | undefined = 0; after !== undefined; ) after = await purgePage(db, after)
}

/** One page; where the next one begins, or undefined when what comes is too young. */
async function purgePage<S>(db: Db<S>, after: number): Promise<number | undefined> {
  const { rows } = await sql<{ last: number | null }>`
    with page as (
      select id, published_at, created_at from outbox where id > ${after} order by id limit ${PURGED_AT_ONCE}
    ), gone as (
      delete from outbox where id in (select id from page where published_at < now() - interval '7 days')
    )
    select max(id) as last from page having min(created_at) < now() - interval '7 days'
  `.execute(db)
  return rows[0]?.last ?? undefined
}
