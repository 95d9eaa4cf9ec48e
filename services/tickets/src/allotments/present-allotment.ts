import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import { COLUMNS, type TicketsDb, type TicketsTx } from '../db.ts'
import type { AllotmentAnswer } from './allotment-schema.ts'

/** The pools of an event that several types draw on, the event's own first. */
export async function allotmentsOfEvent(
  db: TicketsDb | TicketsTx,
  eventUuid: string,
): Promise<Static<typeof AllotmentAnswer>[]> {
  const pools = await db
    .selectFrom('allotment')
    .select(COLUMNS.allotment)
    .where('event_id', '=', eventUuid)
    .where('kind', 'in', ['shared', 'event'])
    .orderBy('kind')
    .orderBy('id')
    .execute()
  if (pools.length === 0) return []
  const draws = await db
    .selectFrom('ticket_type_allotment')
    .select(['ticket_type_id', 'allotment_id'])
    .where('event_id', '=', eventUuid)
    .where(
      'allotment_id',
      'in',
      pools.map((pool) => pool.id),
    )
    .orderBy('ticket_type_id')
    .execute()
  const drawsOf = Map.groupBy(draws, (draw) => draw.allotment_id)
  return pools.map((pool) => ({
    id: toId('alo', pool.id),
    kind: pool.kind === 'event' ? 'event' : 'shared',
    name: pool.name,
    capacity: pool.capacity,
    held: pool.held,
    sold: pool.sold,
    ticketTypeIds: (drawsOf.get(pool.id) ?? []).map((draw) => toId('typ', draw.ticket_type_id)),
    version: pool.version,
  }))
}

export async function presentAllotment(
  db: TicketsDb | TicketsTx,
  key: { event_id: string; id: string },
): Promise<Static<typeof AllotmentAnswer>> {
  const id = toId('alo', key.id)
  const found = (await allotmentsOfEvent(db, key.event_id)).find((pool) => pool.id === id)
  if (!found) throw new Error('A pool just written is there')
  return found
}
