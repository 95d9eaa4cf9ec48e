import { sql } from '@guichet/database'
import { COLUMNS, type OrderLineRow, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { lineTotal, type PricedLine, pricedLine } from '../prices/line.ts'

export interface LineBooks {
  number: number
  ticketTypeId: string
  quantity: number
  priced: PricedLine
  totalMinor: number
  /** Promised back so far. */
  refundedMinor: number
}

/** All that decides what of an order can go back. */
export interface OrderBooks {
  order: OrderRow
  /** The payment whose money bought the order. */
  payment: PaymentRow | undefined
  lines: LineBooks[]
  /** Those still valid, in the order of their ids. */
  tickets: { id: string; lineNumber: number; admitted: boolean; passedOn: boolean; issue: number }[]
  /** Of what was charged: neither promised back, nor taken back through a dispute. */
  refundableMinor: number
  disputedMinor: number
}

interface Options {
  /** Until the end of the transaction nobody refunds these orders, disputes their payments, or checks their tickets in. */
  lock: boolean
}

/** The books of orders, with a few statements however many they are. To be locked, the orders must be locked already. */
export async function readBooks(tx: TicketsTx, orders: readonly OrderRow[], { lock }: Options): Promise<OrderBooks[]> {
  const ofOrders = sql<boolean>`(event_id, order_id) in (
    select * from unnest(${orders.map((order) => order.event_id)}::uuid[], ${orders.map((order) => order.id)}::uuid[]))`
  let ownPayments = tx.selectFrom('payment').select(COLUMNS.payment).where(ofOrders).where('problem', 'is', null)
  ownPayments = ownPayments.where('state', 'in', ['succeeded', 'refunded']).orderBy('event_id').orderBy('id')
  const payments = await (lock ? ownPayments.forNoKeyUpdate() : ownPayments).execute()
  let valid = tx
    .selectFrom('ticket')
    .select(['event_id', 'id', 'order_id', 'line_number', 'transferred_at', 'code_version'])
    .where(ofOrders)
  valid = valid.where('state', '=', 'valid').orderBy('event_id').orderBy('id')
  const tickets = await (lock ? valid.forNoKeyUpdate() : valid).execute()
  const lines = await tx
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where(ofOrders)
    .orderBy('line_number')
    .execute()
  // After the locks, in statements of their own: only now they say what is true until the commit.
  const admitted = await admittedOf(tx, tickets)
  const refunded = await refundedByLine(tx, orders)
  const taken = await takenOf(tx, payments)
  const linesOf = Map.groupBy(lines, (line) => line.order_id)
  const ticketsOf = Map.groupBy(tickets, (ticket) => ticket.order_id)
  return orders.map((order) => {
    const payment = payments.find((one) => one.order_id === order.id)
    const { promised = 0, disputed = 0 } = taken.get(payment?.id ?? '') ?? {}
    return {
      order,
      payment,
      lines: (linesOf.get(order.id) ?? []).map((line) => ({
        ...toLine(line),
        refundedMinor: refunded.get(`${order.id} ${line.line_number}`) ?? 0,
      })),
      tickets: (ticketsOf.get(order.id) ?? []).map(({ id, line_number, transferred_at, code_version }) => ({
        id,
        lineNumber: line_number,
        admitted: admitted.has(id),
        passedOn: transferred_at !== null,
        issue: code_version,
      })),
      refundableMinor: Math.max(0, (payment?.charged_minor ?? payment?.amount_minor ?? 0) - promised - disputed),
      disputedMinor: disputed,
    }
  })
}

function toLine(line: OrderLineRow): Omit<LineBooks, 'refundedMinor'> {
  const priced = pricedLine(line)
  return {
    number: line.line_number,
    ticketTypeId: line.ticket_type_id,
    quantity: line.quantity,
    priced,
    totalMinor: lineTotal(priced),
  }
}

async function admittedOf(tx: TicketsTx, tickets: readonly { event_id: string; id: string }[]): Promise<Set<string>> {
  const { rows } = await sql<{ ticket_id: string }>`
    select ticket_id from check_in where (event_id, ticket_id) in (
      select * from unnest(${tickets.map((one) => one.event_id)}::uuid[], ${tickets.map((one) => one.id)}::uuid[]))`.execute(
    tx,
  )
  return new Set(rows.map((row) => row.ticket_id))
}

async function refundedByLine(tx: TicketsTx, orders: readonly OrderRow[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ order_id: string; line_number: number; amount: string }>`
    select refund.order_id, line.line_number, sum(line.amount_minor) as amount
      from refund join refund_line line on line.event_id = refund.event_id and line.refund_id = refund.id
     where (refund.event_id, refund.order_id) in (
       select * from unnest(${orders.map((order) => order.event_id)}::uuid[], ${orders.map((order) => order.id)}::uuid[]))
     group by 1, 2`.execute(tx)
  return new Map(rows.map((row) => [`${row.order_id} ${row.line_number}`, Number(row.amount)]))
}

async function takenOf(
  tx: TicketsTx,
  payments: readonly PaymentRow[],
): Promise<Map<string, { promised: number; disputed: number }>> {
  const { rows } = await sql<{ id: string; promised: string; disputed: string }>`
    select payment.id,
           coalesce((select sum(amount_minor) from refund
                      where refund.event_id = payment.event_id and refund.payment_id = payment.id), 0) as promised,
           coalesce((select sum(amount_minor) from dispute
                      where dispute.event_id = payment.event_id and dispute.payment_id = payment.id and dispute.state <> 'won'), 0) as disputed
      from unnest(${payments.map((one) => one.event_id)}::uuid[], ${payments.map((one) => one.id)}::uuid[]) as payment (event_id, id)`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.id, { promised: Number(row.promised), disputed: Number(row.disputed) }]))
}
