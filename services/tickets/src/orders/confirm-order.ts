import { sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import { COLUMNS, type OrderLineRow, type OrderRow, type TicketsTx } from '../db.ts'
import { moveOrders, reclaimOrder } from '../stock/move-orders.ts'
import { announceOrder } from './announce.ts'
import { changeState } from './change-state.ts'

/**
 * Makes an order final, all at once: state, stock, tickets, number, message. `order` is locked by this transaction. False
 * when it may not be confirmed: it has ended, or its hold is over and the places are gone.
 */
export async function confirmOrder(tx: TicketsTx, order: OrderRow, now: Date): Promise<boolean> {
  if (order.state === 'held') {
    await changeState(tx, order, 'held', 'confirmed', now)
    await moveOrders(tx, [order], 'confirm')
  } else if (order.state === 'expired') {
    if (!(await reclaimOrder(tx, order))) return false
    await changeState(tx, order, 'expired', 'confirmed', now)
  } else {
    return false
  }
  await issueTickets(tx, order, now)
  await addToOutbox(tx, announceOrder('tickets.order-confirmed.v1', order))
  // Last, because this row is shared by all sales of the organizer.
  await giveNumber(tx, order)
  return true
}

async function issueTickets(tx: TicketsTx, order: OrderRow, now: Date): Promise<void> {
  const lines: OrderLineRow[] = await tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .orderBy('line_number')
    .execute()
  const tickets = lines.flatMap((line) =>
    Array.from({ length: line.quantity }, () => ({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      ticket_type_id: line.ticket_type_id,
      line_number: line.line_number,
      holder_name: order.buyer_name,
      state: 'valid' as const,
      created_at: now,
    })),
  )
  // A statement has at most 65,535 parameters; an order of 20 lines of 1,000 has more.
  for (let start = 0; start < tickets.length; start += 5_000) {
    await tx
      .insertInto('ticket')
      .values(tickets.slice(start, start + 5_000))
      .execute()
  }
}

async function giveNumber(tx: TicketsTx, order: OrderRow): Promise<void> {
  const { last_number } = await tx
    .insertInto('order_number')
    .values({ organizer_id: order.organizer_id, last_number: 1 })
    .onConflict((conflict) =>
      conflict.column('organizer_id').doUpdateSet({ last_number: sql<number>`order_number.last_number + 1` }),
    )
    .returning('last_number')
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('orders')
    .set({ number: String(last_number).padStart(6, '0') })
    .where('event_id', '=', order.event_id)
    .where('id', '=', order.id)
    .execute()
}
