import { sql } from '@guichet/database'
import type { TicketsTx, WaitingEntryRow } from '../db.ts'
import { lockAllotmentsOfTypes } from '../stock/allotments.ts'

type EntryKey = Pick<WaitingEntryRow, 'event_id' | 'id' | 'ticket_type_id'>

/**
 * Takes entries off their lists and forgets their addresses; those that wait no more are left as they are. Returns how many.
 * Under the allotments' lock, as everything that changes a list: an offer is either made before this or not at all.
 */
export async function endEntries(tx: TicketsTx, entries: readonly EntryKey[], now: Date): Promise<number> {
  if (entries.length === 0) return 0
  await lockAllotmentsOfTypes(
    tx,
    entries.map((entry) => ({ eventId: entry.event_id, ticketTypeId: entry.ticket_type_id })),
  )
  const { rows } = await sql<{ entries: number }>`
    with gone as (
      update waiting_entry set state = 'left', email = null, ended_at = ${now}
       where state = 'waiting' and (event_id, id) in (
         select * from unnest(${entries.map((entry) => entry.event_id)}::uuid[], ${entries.map((entry) => entry.id)}::uuid[]))
      returning event_id, ticket_type_id
    ), lists as (
      select event_id, ticket_type_id, count(*)::int as entries from gone group by 1, 2
    ), fewer as (
      update allotment set waiting = waiting - lists.entries from lists
       where allotment.event_id = lists.event_id and allotment.ticket_type_id = lists.ticket_type_id
    )
    select entries from lists`.execute(tx)
  return rows.reduce((sum, list) => sum + list.entries, 0)
}
