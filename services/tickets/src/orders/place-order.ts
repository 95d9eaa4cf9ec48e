import { DomainError } from '@guichet/problem'
import { newUuid, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type EventRow, type OrderLineRow, type OrderRow, type TicketsTx } from '../db.ts'
import { totalMinor } from '../money/currency.ts'
import type { Line } from '../stock/decide.ts'
import { placeHolds } from '../stock/place-holds.ts'

export interface NewOrder {
  eventId: string
  lines: readonly Line[]
  buyer: { name: string; email: string } | undefined
  buyerUserId: string | null
  locale: string
}

export interface PlacedOrder {
  order: OrderRow
  lines: OrderLineRow[]
  event: EventRow
}

/** Holds the places of an order, all or none. The price is the one of this moment, whatever the client believes. */
export async function placeOrder(ctx: Context, tx: TicketsTx, wanted: NewOrder): Promise<PlacedOrder> {
  const orderId = newUuid()
  const [outcome] = await placeHolds(tx, ctx.time, [{ eventId: wanted.eventId, orderId, lines: wanted.lines }])
  if (!outcome) throw new Error('One request gives one outcome')
  if (!outcome.granted) {
    const { ticketTypeId } = outcome
    throw new DomainError(outcome.code, {
      ...outcome.facts,
      ...(ticketTypeId === undefined ? {} : { ticketTypeId: toId('typ', ticketTypeId) }),
    })
  }
  const order = await tx
    .insertInto('orders')
    .values({
      event_id: wanted.eventId,
      id: orderId,
      organizer_id: outcome.event.organizer_id,
      state: 'held',
      buyer_user_id: wanted.buyerUserId,
      buyer_name: wanted.buyer?.name ?? null,
      buyer_email: wanted.buyer?.email ?? null,
      locale: wanted.locale,
      currency: outcome.currency,
      total_minor: totalMinor(outcome.lines),
      expires_at: new Date(outcome.at.getTime() + ctx.config.holdSeconds * 1_000),
      created_at: outcome.at,
    })
    .returning(COLUMNS.orders)
    .executeTakeFirstOrThrow()
  const lines = outcome.lines.map((line, index) => ({
    event_id: wanted.eventId,
    order_id: orderId,
    line_number: index + 1,
    ticket_type_id: line.ticketTypeId,
    type_name: line.name,
    quantity: line.quantity,
    unit_price_minor: line.unitPriceMinor,
    full_price_minor: null,
  }))
  await tx.insertInto('order_line').values(lines).execute()
  return { order, lines, event: outcome.event }
}
