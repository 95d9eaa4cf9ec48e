import { sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import { COLUMNS, type OrderLineRow, type OrderRow, type TicketsTx } from '../db.ts'
import { issueInvoices } from '../invoices/issue-invoices.ts'
import { earningsOf } from '../ledger/earnings.ts'
import { sale } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { moveOrders, reclaimOrder } from '../stock/move-orders.ts'
import { announceOrder } from './announce.ts'
import { type Purchase, takeNumbers } from './take-numbers.ts'

/**
 * Makes held orders final, all at once and with the same few statements however many they are: stock, tickets, ledger,
 * messages, numbers, invoices, state. The orders are locked by this transaction.
 */
export async function confirmHeldOrders(tx: TicketsTx, purchases: readonly Purchase[], now: Date): Promise<void> {
  if (purchases.length === 0) return
  await moveOrders(
    tx,
    purchases.map(({ order }) => order),
    'confirm',
  )
  await finish(tx, purchases, 'held', now)
}

/** The same for an order whose hold is over, if its places can be had again; false when they are gone. It is locked. */
export async function confirmExpiredOrder(tx: TicketsTx, purchase: Purchase, now: Date): Promise<boolean> {
  if (!(await reclaimOrder(tx, purchase.order))) return false
  await finish(tx, [purchase], 'expired', now)
  return true
}

async function finish(
  tx: TicketsTx,
  purchases: readonly Purchase[],
  from: 'held' | 'expired',
  now: Date,
): Promise<void> {
  const orders = purchases.map(({ order }) => order)
  const lines = await linesOf(tx, orders)
  await issueTickets(tx, orders, lines, now)
  await postSales(tx, orders, lines, now)
  await addToOutbox(
    tx,
    orders.map((order) => announceOrder('tickets.order-confirmed.v1', order)),
  )
  // Last, because the numbers are shared by all sales of an organizer.
  const numbers = await takeNumbers(tx, purchases, now)
  await issueInvoices(tx, orders, lines, numbers)
  const { numAffectedRows } = await sql`
    update orders set state = 'confirmed', number = confirmed.number, confirmed_at = ${now}, ended_at = null, version = version + 1
      from unnest(${orders.map((order) => order.event_id)}::uuid[], ${orders.map((order) => order.id)}::uuid[], ${numbers.map((taken) => taken.order)}::text[])
        as confirmed (event_id, id, number)
     where orders.event_id = confirmed.event_id and orders.id = confirmed.id and state = ${from}`.execute(tx)
  if (numAffectedRows !== BigInt(orders.length)) throw new Error('An order has changed although it is locked')
}

async function linesOf(tx: TicketsTx, orders: readonly OrderRow[]): Promise<OrderLineRow[]> {
  return tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where(
      sql<boolean>`(event_id, order_id) in (select * from unnest(${orders.map((order) => order.event_id)}::uuid[],
                                                                   ${orders.map((order) => order.id)}::uuid[]))`,
    )
    .orderBy('order_id')
    .orderBy('line_number')
    .execute()
}

async function postSales(
  tx: TicketsTx,
  orders: readonly OrderRow[],
  lines: readonly OrderLineRow[],
  now: Date,
): Promise<void> {
  const byOrder = Map.groupBy(lines, (line) => line.order_id)
  await postLedger(
    tx,
    orders.map((order) => sale(order, earningsOf(byOrder.get(order.id) ?? []), now)),
  )
}

async function issueTickets(
  tx: TicketsTx,
  orders: readonly OrderRow[],
  lines: readonly OrderLineRow[],
  now: Date,
): Promise<void> {
  const holders = new Map(orders.map((order) => [order.id, order.buyer_name]))
  const tickets = lines.flatMap((line) =>
    Array.from({ length: line.quantity }, () => ({ id: newUuid(), line, holder: holders.get(line.order_id) ?? null })),
  )
  await sql`
    insert into ticket (event_id, id, order_id, ticket_type_id, line_number, holder_name, state, created_at)
    select event_id, id, order_id, ticket_type_id, line_number, holder_name, 'valid', ${now}
      from unnest(${tickets.map(({ line }) => line.event_id)}::uuid[], ${tickets.map(({ id }) => id)}::uuid[],
                  ${tickets.map(({ line }) => line.order_id)}::uuid[], ${tickets.map(({ line }) => line.ticket_type_id)}::uuid[],
                  ${tickets.map(({ line }) => line.line_number)}::int[], ${tickets.map(({ holder }) => holder)}::text[])
        as ticket (event_id, id, order_id, ticket_type_id, line_number, holder_name)`.execute(tx)
}
