import { sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { uuidOf } from '../message-ids.ts'
import { followEvent } from '../reminders/follow-event.ts'
import type { EventCopy } from './event-copy.ts'
import type { Localised, Venue } from './tables.ts'

/** What every message of events says, except the one of a deletion. */
export interface EventSnapshot {
  eventId: string
  organizerId: string
  version: number
  status: EventCopy['status']
  title: Localised
  startsAt: string
  endsAt: string
  timeZone: string
  venue: Venue
}

/**
 * Keeps the copy of an event, unless we have this version or a later one: messages may come twice and in any order. The
 * reminders follow its date; the copy after it is returned.
 */
export async function keepEvent(tx: Tx, now: Date, { data, time }: Message<EventSnapshot>): Promise<void> {
  const eventId = uuidOf('evt', data.eventId)
  const { rows } = await sql<EventCopy>`
    insert into event_copy (id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue, changed_at)
    values (${eventId}, ${uuidOf('org', data.organizerId)}, ${data.version}, ${data.status},
            ${JSON.stringify(data.title)}, ${data.startsAt}, ${data.endsAt}, ${data.timeZone},
            ${JSON.stringify(data.venue)}, ${time})
    on conflict (id) do update
       set version = excluded.version, status = excluded.status, title = excluded.title, starts_at = excluded.starts_at,
           ends_at = excluded.ends_at, time_zone = excluded.time_zone, venue = excluded.venue,
           changed_at = excluded.changed_at,
           announce_at = case when excluded.status = 'published' then event_copy.announce_at end
     where event_copy.version < excluded.version and event_copy.status <> 'deleted'
    returning *
  `.execute(tx)
  if (rows[0]) await followEvent(tx, now, rows[0])
}

/** Remembers that an event is gone, also one that we never knew: its earlier messages may still be on the way. */
export async function dropEvent(
  tx: Tx,
  now: Date,
  { data, time }: Message<Pick<EventSnapshot, 'eventId' | 'organizerId' | 'version'>>,
): Promise<void> {
  const eventId = uuidOf('evt', data.eventId)
  const { rows } = await sql<EventCopy>`
    insert into event_copy (id, organizer_id, version, status, title, starts_at, ends_at, time_zone, venue, changed_at)
    values (${eventId}, ${uuidOf('org', data.organizerId)}, ${data.version}, 'deleted', '{}', ${time}, ${time}, 'UTC',
            '{}', ${time})
    on conflict (id) do update
       set status = 'deleted', version = greatest(event_copy.version, excluded.version), title = '{}', venue = '{}',
           starts_at = excluded.starts_at, ends_at = excluded.ends_at, time_zone = 'UTC',
           changed_at = excluded.changed_at, announce_at = null
    returning *
  `.execute(tx)
  await tx.deleteFrom('event_version').where('event_id', '=', eventId).execute()
  if (rows[0]) await followEvent(tx, now, rows[0])
}
