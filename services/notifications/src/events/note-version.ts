import { sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { uuidOf } from '../message-ids.ts'
import type { EventSnapshot } from './keep-event.ts'

/**
 * Notes a published version, so that a mail can say what was before, and when the mail is due: some minutes after the first
 * change that attendees have not been told, so that a burst of changes is one mail. Asked of our copy and not of the
 * message, which may be the first one and come last. In whatever order versions come, the
 * same is noted.
 */
export async function noteVersion(
  tx: Tx,
  now: Date,
  waitSeconds: number,
  { data: snapshot, time }: Pick<Message<EventSnapshot & { previousStartsAt?: string }>, 'data' | 'time'>,
): Promise<void> {
  const { eventId, version, previousStartsAt } = snapshot
  const id = uuidOf('evt', eventId)
  if (previousStartsAt !== undefined) {
    const length = Date.parse(snapshot.endsAt) - Date.parse(snapshot.startsAt)
    const endsAt = new Date(Date.parse(previousStartsAt) + length).toISOString()
    await insertVersion(tx, id, { ...snapshot, version: version - 1, startsAt: previousStartsAt, endsAt }, null)
  }
  await insertVersion(tx, id, snapshot, time)
  await sql`
    update event_copy set announce_at = coalesce(announce_at, ${new Date(now.getTime() + waitSeconds * 1_000)})
     where id = ${id} and status = 'published'
       and version > coalesce(told_version, (select min(version) from event_version where event_id = ${id}))
  `.execute(tx)
}

/** `madeAt` null: guessed, from what the message about the next version says. */
async function insertVersion(tx: Tx, eventUuid: string, snapshot: EventSnapshot, madeAt: string | null): Promise<void> {
  const { version, startsAt, endsAt, timeZone, venue } = snapshot
  await sql`
    insert into event_version (event_id, version, starts_at, ends_at, time_zone, venue, guessed, changed_at)
    select ${eventUuid}, ${version}::int, ${startsAt}::timestamptz, ${endsAt}::timestamptz, ${timeZone},
           ${JSON.stringify(venue)}::jsonb, ${madeAt === null}, ${madeAt}::timestamptz
      from event_copy
     where id = ${eventUuid} and status <> 'deleted' and ${version} >= coalesce(told_version, 0)
    on conflict (event_id, version) do update
       set starts_at = excluded.starts_at, ends_at = excluded.ends_at, time_zone = excluded.time_zone,
           venue = excluded.venue, changed_at = excluded.changed_at, guessed = false
     where event_version.guessed and not excluded.guessed
  `.execute(tx)
}
