import { sql } from '@guichet/database'
import type { OrderRow, TicketsTx } from '../db.ts'
import { lockAllotments, type Move, moveStock } from './allotments.ts'

/** Tickets of a confirmed order that give their places back: how many of each type, or all that are left. */
export interface GivenBack {
  order: OrderRow
  tickets: ReadonlyMap<string, number> | 'all'
}

/**
 * Puts the places of tickets on sale again, of many orders at once. The orders are locked, so what they draw on stays what it is.
 * @returns the places that each order keeps in its `allotment_ids`; none of an order that gives back all
 */
export async function giveBack(tx: TicketsTx, given: readonly GivenBack[]): Promise<Map<string, number[]>> {
  const kept = new Map<string, number[]>()
  if (given.length === 0) return kept
  const draws = await drawsOf(tx, given)
  const moves = new Map<string, Move>()
  for (const { order, tickets } of given) {
    const places = order.allotment_ids.map((id, index) => {
      const had = order.allotment_places[index] ?? 0
      if (tickets === 'all') return { id, had, back: had }
      const back = [...tickets].reduce(
        (sum, [type, count]) => sum + (draws.has(`${order.id} ${type} ${id}`) ? count : 0),
        0,
      )
      return { id, had, back: Math.min(had, back) }
    })
    for (const { id, back } of places) {
      const move = moves.get(id) ?? { eventId: order.event_id, allotmentId: id, held: 0, sold: 0 }
      moves.set(id, { ...move, sold: move.sold - back })
    }
    if (tickets !== 'all') {
      kept.set(
        order.id,
        places.map(({ had, back }) => had - back),
      )
    }
  }
  const changes = [...moves.values()].filter((move) => move.sold !== 0)
  await lockAllotments(tx, changes)
  await moveStock(tx, changes)
  return kept
}

/** Which pools a ticket of a type draws on in an order: those of its type, and the uses of the order's code if it was for it. */
async function drawsOf(tx: TicketsTx, given: readonly GivenBack[]): Promise<Set<string>> {
  const wanted = given.flatMap(({ order, tickets }) =>
    tickets === 'all'
      ? []
      : [...tickets.keys()].map((typeId) => ({
          eventId: order.event_id,
          orderId: order.id,
          code: order.promo_code_id,
          typeId,
        })),
  )
  if (wanted.length === 0) return new Set()
  const { rows } = await sql<{ order_id: string; type_id: string; allotment_id: string }>`
    with wanted as (
      select * from unnest(${wanted.map((one) => one.eventId)}::uuid[], ${wanted.map((one) => one.orderId)}::uuid[],
                           ${wanted.map((one) => one.code)}::uuid[], ${wanted.map((one) => one.typeId)}::uuid[])
             as wanted (event_id, order_id, code_id, type_id))
    select wanted.order_id, wanted.type_id, draw.allotment_id
      from wanted join ticket_type_allotment draw on draw.event_id = wanted.event_id and draw.ticket_type_id = wanted.type_id
     union
    select wanted.order_id, wanted.type_id, code.allotment_id
      from wanted join promo_code code on code.event_id = wanted.event_id and code.id = wanted.code_id
      join ticket_type type on type.event_id = wanted.event_id and type.id = wanted.type_id
     where code.allotment_id is not null
       and case when cardinality(code.ticket_type_ids) = 0 then not type.hidden else type.id = any(code.ticket_type_ids) end`.execute(
    tx,
  )
  return new Set(rows.map((row) => `${row.order_id} ${row.type_id} ${row.allotment_id}`))
}
