import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import type { PlacedOrder } from '../stock/hold-orders.ts'
import type { FirstAnswer } from '../stock/write-holds.ts'
import { findOrder } from './find-order.ts'
import type { NewOrder } from './place-order.ts'

/** The order as it was when it was placed, from what cannot have changed since, the request, and what was kept of the answer. */
export async function replayed(ctx: Context, wanted: NewOrder, first: FirstAnswer): Promise<PlacedOrder> {
  const order = await findOrder(ctx.db, first.orderId)
  const event = order && (await ctx.stock.catalogue.get([order.event_id])).get(order.event_id)?.event
  if (!order || !event) throw new DomainError('not-found')
  const lines = await ctx.db
    .selectFrom('order_line')
    .select(COLUMNS.order_line)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .orderBy('line_number')
    .execute()
  return {
    event,
    lines,
    order: {
      ...order,
      state: 'held',
      number: null,
      buyer_name: wanted.buyer?.name ?? null,
      buyer_email: wanted.buyer?.email ?? null,
      buyer_phone: null,
      consents: null,
      locale: wanted.locale,
      expires_at: new Date(first.expiresAt),
      extensions: 0,
      confirmed_at: null,
      ended_at: null,
      version: 1,
    },
  }
}
