import { type Db, sql } from '@guichet/database'
import type { OutboxRow } from './outbox-rows.ts'

export interface RepublishRequest {
  id: number
  reason: string
  since: Date
  last_id: number
  after_id: number
  /** As text, because a Date has no microseconds. */
  requested_at: string
}

/**
 * Has everything sent again that was published since: to a broker or a queue that lost it. What arrives twice has no
 * second effect, because inboxes remember for longer (30 days) than the outbox keeps (7). A second request for the same
 * reason starts the first one anew. Returns how many rows it concerns.
 */
export async function requestRepublish<S>(db: Db<S>, reason: string, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with concerned as (
      select count(*)::integer as count, max(id) as last_id from outbox where published_at >= ${since}
    ), reopened as (
      update outbox_republish
         set since = least(since, ${since}), last_id = greatest(outbox_republish.last_id, concerned.last_id),
             after_id = 0, requested_at = now()
        from concerned
       where finished_at is null and reason = ${reason} and concerned.count > 0
      returning id
    ), added as (
      insert into outbox_republish (reason, since, last_id)
      select ${reason}, ${since}, last_id from concerned where count > 0 and not exists (select from reopened)
    )
    select count from concerned
  `.execute(db)
  return rows[0]?.count ?? 0
}

/** The oldest request that is not done; `mayBegin` false while it is younger than `settleMs`. */
export async function openRepublish<S>(
  db: Db<S>,
  settleMs: number,
): Promise<(RepublishRequest & { mayBegin: boolean }) | undefined> {
  const { rows } = await sql<RepublishRequest & { mayBegin: boolean }>`
    select id, reason, since, last_id, after_id, requested_at::text,
           requested_at + ${settleMs} * interval '1 millisecond' <= clock_timestamp() as "mayBegin"
      from outbox_republish where finished_at is null order by id limit 1
  `.execute(db)
  return rows[0]
}

/** The next page of what is to be sent again, in the order in which it was sent. */
export async function rowsToRepublish<S>(db: Db<S>, request: RepublishRequest, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select id, message_id, type, subject, data, traceparent, created_at, last_error
      from outbox
     where id > ${request.after_id} and id <= ${request.last_id} and published_at >= ${request.since}
     order by id
     limit ${limit}
  `.execute(db)
  return rows
}

/** `after_id` undefined: there is no more. Not when it was begun anew meanwhile: then it goes on from the beginning. */
export async function advanceRepublish<S>(db: Db<S>, request: RepublishRequest, afterId?: number): Promise<void> {
  await sql`
    update outbox_republish
       set after_id = ${afterId ?? request.last_id}, finished_at = ${afterId === undefined ? sql`now()` : null}
     where id = ${request.id} and requested_at = ${request.requested_at}::timestamptz
  `.execute(db)
}
