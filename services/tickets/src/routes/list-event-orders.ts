import { DomainError } from '@guichet/problem'
import { type App, authorize, decodeCursor, encodeCursor, hasPermission, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { OrderPage, OrderStateSchema, PageQuery } from '../orders/order-schema.ts'
import { cutPage } from '../orders/page.ts'
import { presentOrders } from '../orders/present-order.ts'

const Query = Type.Object({
  ...PageQuery,
  state: Type.Optional(OrderStateSchema),
  text: Type.Optional(Type.String({ maxLength: 200, description: 'Part of a name, an e-mail address or a number.' })),
})

/** GET /v1/events/:eventId/orders — for members with order.read, latest first. */
export function listEventOrders(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/orders',
    {
      schema: { operationId: 'listEventOrders', params: EventParams, querystring: Query, response: { 200: OrderPage } },
    },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      const organizerId = toId('org', event.organizer_id)
      const principal = authorize(request, 'order.read', organizerId)
      const { cursor, limit = 50, state, text } = request.query
      let query = ctx.db.selectFrom('orders').select(COLUMNS.orders).where('event_id', '=', event.event_id)
      if (state) query = query.where('state', '=', state)
      if (cursor) query = query.where('id', '<', toUuid('ord', String(decodeCursor(cursor, 1)[0])))
      if (text) {
        const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
        query = query.where(({ or, eb }) =>
          or([eb('buyer_name', 'ilike', pattern), eb('buyer_email', 'ilike', pattern), eb('number', 'ilike', pattern)]),
        )
      }
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const { page, nextCursor } = cutPage(rows, limit, encodeCursor)
      const codes = hasPermission(app.access, principal, 'ticket.read', organizerId)
      return { items: await presentOrders(ctx, ctx.db, page, { secret: false, codes }), nextCursor }
    },
  )
}
