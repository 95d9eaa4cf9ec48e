import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent } from '../events/find-event.ts'
import { TextsAnswer } from '../events/texts.ts'
import { ORDER_STATES } from '../orders/order-state.ts'
import { typesOfEvent } from '../ticket-types/present-ticket-type.ts'

const Answer = Type.Object({
  ticketTypes: Type.Array(
    Type.Object({
      id: Type.String(),
      name: TextsAnswer,
      capacity: Type.Integer(),
      held: Type.Integer(),
      sold: Type.Integer(),
    }),
  ),
  orders: Type.Object(Object.fromEntries(ORDER_STATES.map((state) => [state, Type.Integer()]))),
  revenue: Type.Array(Type.Object({ currency: Type.String(), amountMinor: Type.Integer() })),
})

/** GET /v1/events/:eventId/sales — the counts as they are now, for members with order.read. */
export function getEventSales(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/sales',
    { schema: { operationId: 'getEventSales', params: EventParams, response: { 200: Answer } } },
    async (request) => {
      const event = await fetchEvent(ctx, toUuid('evt', request.params.eventId))
      if (event.status === 'deleted') throw new DomainError('not-found')
      authorize(request, 'order.read', toId('org', event.organizer_id))
      const types = await typesOfEvent(ctx.db, event)
      const counts = await ctx.db
        .selectFrom('orders')
        .select(({ fn, eb }) => [
          'state',
          'currency',
          fn.countAll<number>().as('orders'),
          fn.sum<string>(eb('total_minor', '-', eb.ref('refunded_minor'))).as('amount'),
        ])
        .where('event_id', '=', event.event_id)
        .groupBy(['state', 'currency'])
        .execute()
      const orders = Object.fromEntries(ORDER_STATES.map((state) => [state, 0]))
      for (const count of counts) orders[count.state] = (orders[count.state] ?? 0) + count.orders
      return {
        ticketTypes: types.map(({ id, name, capacity, held, sold }) => ({
          id: toId('typ', id),
          name,
          capacity,
          held,
          sold,
        })),
        orders,
        revenue: revenueOf(counts),
      }
    },
  )
}

/** What confirmed orders are worth still, and what was kept of those given back; none where nothing is. */
function revenueOf(counts: readonly { state: string; currency: string; amount: string }[]) {
  const revenue = new Map<string, number>()
  for (const { state, currency, amount } of counts) {
    const kept = Number(amount)
    if (state !== 'confirmed' && (state !== 'refunded' || kept === 0)) continue
    revenue.set(currency, (revenue.get(currency) ?? 0) + kept)
  }
  return [...revenue].map(([currency, amountMinor]) => ({ currency, amountMinor }))
}
