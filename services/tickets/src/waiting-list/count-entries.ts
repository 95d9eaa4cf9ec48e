import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { TicketsDb } from '../db.ts'
import type { EntryPage } from './entry-schema.ts'

type Counts = Static<typeof EntryPage>['counts']

/** How many wait for each type of an event, and what became of the offers. */
export async function countEntries(db: TicketsDb, eventUuid: string): Promise<Counts> {
  const { rows } = await sql<Counts[number]>`
    select entry.ticket_type_id as "ticketTypeId",
           count(*) filter (where entry.state = 'waiting')::int as waiting,
           coalesce(sum(entry.quantity) filter (where entry.state = 'waiting'), 0)::int as "placesWanted",
           count(*) filter (where orders.state = 'held')::int as offered,
           count(*) filter (where orders.confirmed_at is not null)::int as bought
      from waiting_entry entry
      left join orders on orders.event_id = entry.event_id and orders.id = entry.order_id
     where entry.event_id = ${eventUuid}
     group by 1 order by 1`.execute(db)
  return rows.map((row) => ({ ...row, ticketTypeId: toId('typ', row.ticketTypeId) }))
}
