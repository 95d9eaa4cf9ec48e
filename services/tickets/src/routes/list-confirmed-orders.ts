import { type App, decodeCursor, encodeCursor, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { PageQuery } from '../orders/order-schema.ts'
import { cutPage } from '../orders/page.ts'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      number: nullable(Type.String()),
      state: Type.String(),
      buyer: Type.Union([Type.Object({ name: Type.String(), email: Type.String() }), Type.Null()]),
      locale: Type.String(),
      link: Type.String({ description: 'The buyer’s page of the order; holds its secret.' }),
    }),
  ),
  nextCursor: nullable(Type.String()),
})

/**
 * GET /v1/internal/events/:eventId/orders — whom to tell about a change of the event. Includes the orders that its
 * cancellation has refunded in the meantime: the refunds do not wait for the mails.
 */
export function listConfirmedOrders(app: App, ctx: Context): void {
  app.get(
    '/v1/internal/events/:eventId/orders',
    {
      schema: {
        operationId: 'listConfirmedOrders',
        params: EventParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('orders')
        .selectAll('orders')
        .where('event_id', '=', toUuid('evt', request.params.eventId))
        .where(({ or, and, eb, exists, selectFrom }) =>
          or([
            eb('state', '=', 'confirmed'),
            and([
              eb('state', '=', 'refunded'),
              exists(
                selectFrom('refund')
                  .select('refund.id')
                  .whereRef('refund.event_id', '=', 'orders.event_id')
                  .whereRef('refund.order_id', '=', 'orders.id')
                  .where('refund.reason', '=', 'event-cancelled'),
              ),
            ]),
          ]),
        )
      if (cursor) query = query.where('id', '>', toUuid('ord', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const { page, nextCursor } = cutPage(rows, limit, encodeCursor)
      return {
        items: page.map((order) => {
          const id = toId('ord', order.id)
          return {
            id,
            number: order.number,
            state: order.state,
            buyer:
              order.buyer_name === null || order.buyer_email === null
                ? null
                : { name: order.buyer_name, email: order.buyer_email },
            locale: order.locale,
            link: `${ctx.config.publicUrl}/${order.locale}/orders/${id}?key=${ctx.orderSecrets.of(id, order.secret_version)}`,
          }
        }),
        nextCursor,
      }
    },
  )
}
