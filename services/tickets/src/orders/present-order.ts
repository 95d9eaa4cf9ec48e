import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import {
  COLUMNS,
  type EventRow,
  type OrderLineRow,
  type OrderRow,
  type PaymentRow,
  type TicketsDb,
  type TicketsTx,
} from '../db.ts'
import { lineParts, lineTotal, pricedLine } from '../prices/line.ts'
import { sumByRate } from '../prices/vat.ts'
import type { PlacedOrder } from '../stock/hold-orders.ts'
import { presentTicket, ticketsOf } from '../tickets/present-ticket.ts'
import type { OrderAnswer, PaymentAnswer } from './order-schema.ts'
import { presentInstructions, transferSettings } from './transfer-instructions.ts'

/** What the reader may see beside the order itself. */
export interface Sight {
  secret: boolean
  codes: boolean
  /** The keys of those to whom tickets were passed on: for who writes to them alone, as each opens a ticket. */
  holderKeys?: boolean
  /** Which member did something. */
  members?: boolean
}

export const BUYER: Sight = { secret: false, codes: true }

export async function presentOrder(
  ctx: Context,
  db: TicketsDb | TicketsTx,
  order: OrderRow,
  sight: Sight,
): Promise<Static<typeof OrderAnswer>> {
  const [answer] = await presentOrders(ctx, db, [order], sight)
  if (!answer) throw new Error('One order gives one answer')
  return answer
}

/** An order just placed, from what is at hand, with the key to it. */
export function presentPlaced(ctx: Context, { order, lines, event }: PlacedOrder): Static<typeof OrderAnswer> {
  return Object.assign(presentHead(ctx, order, event, lines, BUYER), {
    payment: null,
    tickets: [],
    // Derived anew each time, so that it stands in no table.
    secret: ctx.orderSecrets.of(toId('ord', order.id), order.secret_version),
  })
}

/** Orders as the API shows them, read with one statement per table. */
export async function presentOrders(
  ctx: Context,
  db: TicketsDb | TicketsTx,
  orders: readonly OrderRow[],
  sight: Sight,
): Promise<Static<typeof OrderAnswer>[]> {
  if (orders.length === 0) return []
  const eventIds = [...new Set(orders.map((order) => order.event_id))]
  const orderIds = orders.map((order) => order.id)
  const events = await db.selectFrom('event').select(COLUMNS.event).where('event_id', 'in', eventIds).execute()
  const lines = await db
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', 'in', eventIds)
    .where('order_id', 'in', orderIds)
    .orderBy('line_number')
    .execute()
  const payments = await db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', 'in', eventIds)
    .where('order_id', 'in', orderIds)
    .orderBy('id')
    .execute()
  const tickets = await ticketsOf(db, eventIds, orderIds)
  const transfers = await transferSettings(db, payments)
  const eventById = new Map(events.map((event) => [event.event_id, event]))
  const byOrder = <Row extends { order_id: string }>(rows: Row[]) => Map.groupBy(rows, (row) => row.order_id)
  const [linesOf, paymentsOf, ticketsOfOrder] = [byOrder(lines), byOrder(payments), byOrder(tickets)]
  return orders.map((order) => {
    const event = eventById.get(order.event_id)
    if (!event) throw new Error('An order is of an event that we never had')
    const own = linesOf.get(order.id) ?? []
    return {
      ...presentHead(ctx, order, event, own, sight),
      payment: presentPayment(theirPayment(paymentsOf.get(order.id) ?? []), order, transfers),
      tickets: (ticketsOfOrder.get(order.id) ?? []).map((ticket) =>
        presentTicket(ctx, ticket, { order, lines: own, sight }),
      ),
    }
  })
}

function presentHead(ctx: Context, order: OrderRow, event: EventRow, lines: OrderLineRow[], sight: Sight) {
  const id = toId('ord', order.id)
  return {
    id,
    number: order.number,
    ...presentEvent(event),
    organizerId: toId('org', order.organizer_id),
    state: order.state,
    ...presentLines(lines),
    totalMinor: order.total_minor,
    refundedMinor: order.refunded_minor,
    currency: order.currency,
    buyer:
      order.buyer_name === null || order.buyer_email === null
        ? null
        : { name: order.buyer_name, email: order.buyer_email, phone: order.buyer_phone },
    consents: order.consents ?? [],
    locale: order.locale,
    promoCode: order.promo_code,
    offer: order.waiting_entry_id !== null,
    expiresAt: order.expires_at.toISOString(),
    extensionsLeft: order.state === 'held' ? Math.max(0, ctx.config.extensionsMax - order.extensions) : 0,
    ...(sight.secret ? { secret: ctx.orderSecrets.of(id, order.secret_version) } : {}),
    createdAt: order.created_at.toISOString(),
    confirmedAt: order.confirmed_at?.toISOString() ?? null,
    version: order.version,
  }
}

function presentLines(lines: OrderLineRow[]) {
  const priced = lines.map((row) => ({ row, line: pricedLine(row) }))
  const parts = priced.map(({ line }) => lineParts(line))
  return {
    lines: priced.map(({ row, line }, index) => ({
      lineNumber: row.line_number,
      ticketTypeId: toId('typ', row.ticket_type_id),
      name: row.type_name,
      ...line,
      fullPriceMinor: row.full_price_minor,
      vatMinor: parts[index]?.reduce((sum, part) => sum + part.vatMinor, 0) ?? 0,
      totalMinor: lineTotal(line),
      voidQuantity: row.void_quantity,
    })),
    feeMinor: parts.reduce((sum, [, fee]) => sum + fee.grossMinor, 0),
    vat: sumByRate(parts.flat()),
  }
}

const presented = new WeakMap<EventRow, ReturnType<typeof presentEventAnew>>()

/** Once for each row: thousands of orders a second are of the same one. */
function presentEvent(event: EventRow) {
  const known = presented.get(event)
  if (known) return known
  const made = presentEventAnew(event)
  presented.set(event, made)
  return made
}

function presentEventAnew(event: EventRow) {
  return {
    eventId: toId('evt', event.event_id),
    event: {
      title: event.title,
      startsAt: event.starts_at.toISOString(),
      endsAt: event.ends_at.toISOString(),
      timeZone: event.time_zone,
      venue: event.venue,
      status: event.status,
    },
  }
}

/** The payment that counts: the one whose money bought the order, else the last one tried. */
function theirPayment(payments: PaymentRow[]): PaymentRow | undefined {
  return (
    payments.find((payment) => payment.settled_at && payment.problem === null && payment.state !== 'failed') ??
    payments.at(-1)
  )
}

export function presentPayment(
  payment: PaymentRow | undefined,
  order: Pick<OrderRow, 'expires_at'>,
  transfers: Awaited<ReturnType<typeof transferSettings>>,
): Static<typeof PaymentAnswer> | null {
  if (!payment) return null
  return {
    id: toId('pay', payment.id),
    provider: payment.provider,
    state: payment.state,
    amountMinor: payment.amount_minor,
    currency: payment.currency,
    redirectUrl: payment.state === 'pending' ? payment.redirect_url : null,
    mode: payment.mode,
    instructions: presentInstructions(payment, order, transfers),
  }
}
