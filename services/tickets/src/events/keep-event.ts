import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import type { TicketsTx } from '../db.ts'
import { touchTerms } from '../stock/terms.ts'
import type { EventFacts } from './event.ts'

/**
 * Keeps the local copy of an event, unless we already have this version or a later one: messages may come twice and out of
 * order, and a deleted event stays deleted. A cancelled one is left to the job that releases its holds and refunds its orders.
 */
export async function keepEvent(tx: TicketsTx, facts: EventFacts): Promise<void> {
  const eventId = toUuid('evt', facts.eventId)
  const kept = await tx
    .insertInto('event')
    .values({
      event_id: eventId,
      organizer_id: toUuid('org', facts.organizerId),
      version: facts.version,
      status: facts.status,
      title: JSON.stringify(facts.title),
      starts_at: new Date(facts.startsAt),
      ends_at: new Date(facts.endsAt),
      time_zone: facts.timeZone,
      venue: JSON.stringify(facts.venue),
      settling: facts.status === 'cancelled',
    } as never)
    .onConflict((conflict) =>
      conflict
        .column('event_id')
        .doUpdateSet({
          version: sql<number>`excluded.version`,
          status: sql`excluded.status`,
          title: sql`excluded.title`,
          starts_at: sql`excluded.starts_at`,
          ends_at: sql`excluded.ends_at`,
          time_zone: sql`excluded.time_zone`,
          venue: sql`excluded.venue`,
          settling: sql`event.settling or excluded.settling`,
        } as never)
        .where(sql<boolean>`event.version < excluded.version and event.status <> 'deleted'`),
    )
    .returning('settling')
    .executeTakeFirst()
  // Orders in work hold the locks that this takes, and have read "published": it waits for them, so that the job misses none.
  // Those that come after read the new status.
  if (kept) await touchTerms(tx, eventId)
}

/**
 * Remembers that an event is gone, also one that we never knew: its earlier messages may still be on the way. Nothing else is
 * kept of it, so that the row is the same whichever came first; it had no orders, so there are none to settle.
 */
export async function dropEvent(
  tx: TicketsTx,
  facts: { eventId: string; organizerId: string; version: number },
  time: string,
): Promise<void> {
  const eventId = toUuid('evt', facts.eventId)
  await sql`
    insert into event (event_id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue)
    values (${eventId}, ${toUuid('org', facts.organizerId)}, ${facts.version}, 'deleted', '{}', ${time}, ${time}, 'UTC', '{}')
        on conflict (event_id) do update
           set status = 'deleted', version = greatest(event.version, excluded.version), title = '{}', venue = '{}',
               starts_at = excluded.starts_at, ends_at = excluded.ends_at, time_zone = 'UTC', settling = false
         where event.status <> 'deleted'`.execute(tx)
  await touchTerms(tx, eventId)
}
