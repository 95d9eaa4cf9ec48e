import { sql } from '@guichet/database'
import type { TicketsTx } from '../db.ts'

/** A change of one allotment's counters. */
export interface Move {
  eventId: string
  allotmentId: string
  held: number
  sold: number
}

export interface LockedAllotment {
  event_id: string
  id: string
  /** The type whose own pool it is. */
  ticket_type_id: string | null
  capacity: number
  held: number
  sold: number
  waiting: number
  terms_version: number
}

/**
 * Locks allotments, always in id order, so that two orders that share several can never wait for each other. Everything
 * about stock is read after this, in a new statement: only then is it the truth until commit. Not `for update`: nobody
 * changes an allotment's key.
 */
export async function lockAllotments(
  tx: TicketsTx,
  allotments: readonly { eventId: string; allotmentId: string }[],
): Promise<LockedAllotment[]> {
  const { rows } = await sql<LockedAllotment>`
    select event_id, id, ticket_type_id, capacity, held, sold, waiting, terms_version from allotment
     where (event_id, id) in (
       select * from unnest(${allotments.map((one) => one.eventId)}::uuid[], ${allotments.map((one) => one.allotmentId)}::uuid[]))
     order by event_id, id for no key update`.execute(tx)
  return rows
}

/** Locks every allotment that these ticket types draw on. */
export async function lockAllotmentsOfTypes(
  tx: TicketsTx,
  types: readonly { eventId: string; ticketTypeId: string }[],
): Promise<LockedAllotment[]> {
  const { rows } = await sql<LockedAllotment>`
    select event_id, id, ticket_type_id, capacity, held, sold, waiting, terms_version from allotment
     where (event_id, id) in (
       select draw.event_id, draw.allotment_id from ticket_type_allotment draw
        where (draw.event_id, draw.ticket_type_id) in (
          select * from unnest(${types.map((type) => type.eventId)}::uuid[], ${types.map((type) => type.ticketTypeId)}::uuid[])))
     order by event_id, id for no key update`.execute(tx)
  return rows
}

/** Locks all of an event: whoever holds these knows that no order of it is being decided. */
export async function lockAllotmentsOfEvent(tx: TicketsTx, eventId: string): Promise<LockedAllotment[]> {
  const { rows } = await sql<LockedAllotment>`
    select event_id, id, ticket_type_id, capacity, held, sold, waiting, terms_version from allotment
     where event_id = ${eventId} order by id for no key update`.execute(tx)
  return rows
}

/** Applies changes to allotments that are locked, in one statement. `allotment_not_oversold` has the last word. */
export async function moveStock(tx: TicketsTx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return
  const { numAffectedRows } = await sql`
    update allotment set held = allotment.held + move.held, sold = allotment.sold + move.sold
      from unnest(${moves.map((move) => move.eventId)}::uuid[], ${moves.map((move) => move.allotmentId)}::uuid[],
                  ${moves.map((move) => move.held)}::int[], ${moves.map((move) => move.sold)}::int[])
        as move (event_id, allotment_id, held, sold)
     where allotment.event_id = move.event_id and allotment.id = move.allotment_id`.execute(tx)
  if (numAffectedRows !== BigInt(moves.length)) throw new Error('An allotment to be changed does not exist')
}
