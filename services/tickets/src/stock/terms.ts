import { sql } from '@guichet/database'
import type { TicketsTx } from '../db.ts'
import { type LockedAllotment, lockAllotmentsOfEvent } from './allotments.ts'

/**
 * Tells all processes that sell this event that its terms have changed: they keep them in memory, and see here, on the rows
 * that they lock, that these are old. To be called in the transaction of every change of an event, its types, pools or codes.
 * The version is at least the time, so that an event whose pools were all deleted never comes back to one that it had.
 * @returns the event's allotments, locked: no order of the event is being decided until the commit.
 */
export async function touchTerms(tx: TicketsTx, eventId: string): Promise<LockedAllotment[]> {
  const locked = await lockAllotmentsOfEvent(tx, eventId)
  await sql`
    update allotment set terms_version = newest.version + 1
      from (select greatest(max(terms_version), (extract(epoch from statement_timestamp()) * 1000)::bigint) as version
              from allotment where event_id = ${eventId}) newest
     where event_id = ${eventId}`.execute(tx)
  return locked
}

/** The same for all events of an organizer that may still be sold; returns them. */
export async function touchTermsOfOrganizer(tx: TicketsTx, organizerUuid: string, now: Date): Promise<string[]> {
  const { rows } = await sql<{ event_id: string }>`
    select event_id from allotment
     where event_id in (
       select event.event_id from event
        where organizer_id = ${organizerUuid} and status <> 'deleted'
          and (ends_at > ${now} or exists (
                 select from ticket_type where ticket_type.event_id = event.event_id and sales_end_at > ${now})))
     order by event_id, id for no key update`.execute(tx)
  const eventIds = [...new Set(rows.map((row) => row.event_id))]
  await sql`
    update allotment set terms_version = newest.version + 1
      from (select event_id, greatest(max(terms_version), (extract(epoch from statement_timestamp()) * 1000)::bigint) as version
              from allotment where event_id = any(${eventIds}::uuid[]) group by event_id) newest
     where allotment.event_id = newest.event_id`.execute(tx)
  return eventIds
}
