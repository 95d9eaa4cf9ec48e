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
