import { sql } from '@guichet/database'
import type { TicketsTx } from '../db.ts'
import { lockAllotments, type Move, moveStock } from './allotments.ts'

/** What becomes of an order's places. The caller has changed the order's state in the same transaction. */
export type StockMove = 'confirm' | 'release' | 'return'

const CHANGE: Record<StockMove, { held: number; sold: number }> = {
  confirm: { held: -1, sold: 1 },
  release: { held: -1, sold: 0 },
  return: { held: 0, sold: -1 },
}

interface OrderKey {
  event_id: string
  id: string
}

/** Moves the places of whole orders: held → sold (`confirm`), held → free (`release`), sold → free (`return`). */
export async function moveOrders(tx: TicketsTx, orders: readonly OrderKey[], move: StockMove): Promise<void> {
  const places = await placesOfOrders(tx, orders)
  await lockAllotments(tx, places)
  const { held, sold } = CHANGE[move]
  await moveStock(tx, toMoves(places, held, sold))
}

/** Takes places anew, as sold, for an order that had lost its own; false when there are not enough, or no event any more. */
export async function reclaimOrder(tx: TicketsTx, order: OrderKey): Promise<boolean> {
  const places = await placesOfOrders(tx, [order])
  const locked = await lockAllotments(tx, places)
  // Under the lock: a cancellation takes it too, so it is either seen here or sees this order.
  const event = await tx
    .selectFrom('event')
    .select(['status', 'closed_at'])
    .where('event_id', '=', order.event_id)
    .executeTakeFirst()
  if (event?.status !== 'published' || event.closed_at) return false
  const free = new Map(locked.map((allotment) => [allotment.id, allotment.capacity - allotment.held - allotment.sold]))
  if (!places.every((place) => place.places <= (free.get(place.allotmentId) ?? 0))) return false
  await moveStock(tx, toMoves(places, 0, 1))
  return true
}

interface Places {
  eventId: string
  allotmentId: string
  places: number
}

function toMoves(places: readonly Places[], held: number, sold: number): Move[] {
  return places.map(({ eventId, allotmentId, places: count }) => ({
    eventId,
    allotmentId,
    held: held * count,
    sold: sold * count,
  }))
}

/** How many places the orders have in each allotment, together. */
async function placesOfOrders(tx: TicketsTx, orders: readonly OrderKey[]): Promise<Places[]> {
  const { rows } = await sql<Places>`
    select orders.event_id as "eventId", draw.allotment_id as "allotmentId", sum(draw.places)::int as places
      from orders, unnest(orders.allotment_ids, orders.allotment_places) as draw (allotment_id, places)
     where (orders.event_id, orders.id) in (
       select * from unnest(${orders.map((order) => order.event_id)}::uuid[], ${orders.map((order) => order.id)}::uuid[]))
     group by orders.event_id, draw.allotment_id`.execute(tx)
  return rows
}
