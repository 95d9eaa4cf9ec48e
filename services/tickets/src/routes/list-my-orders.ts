import { type App, decodeCursor, encodeCursor, toUuid, userOf } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { OrderPage, PageQuery } from '../orders/order-schema.ts'
import { cutPage } from '../orders/page.ts'
import { BUYER, presentOrders } from '../orders/present-order.ts'

/** GET /v1/me/orders — the signed-in buyer's own, latest first. */
export function listMyOrders(app: App, ctx: Context): void {
  app.get(
    '/v1/me/orders',
    { schema: { operationId: 'listMyOrders', querystring: Type.Object(PageQuery), response: { 200: OrderPage } } },
    async (request) => {
      const { cursor, limit = 50 } = request.query
      let query = ctx.db
        .selectFrom('orders')
        .select(COLUMNS.orders)
        .where('buyer_user_id', '=', toUuid('usr', userOf(request).userId))
      if (cursor) query = query.where('id', '<', toUuid('ord', String(decodeCursor(cursor, 1)[0])))
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const { page, nextCursor } = cutPage(rows, limit, encodeCursor)
      return { items: await presentOrders(ctx, ctx.db, page, BUYER), nextCursor }
    },
  )
}
