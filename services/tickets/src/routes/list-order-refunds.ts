import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentRefunds, RefundAnswer } from '../refunds/refund.ts'

/** GET /v1/orders/:orderId/refunds — all refunds of an order, oldest first; for its buyer and members with order.read. */
export function listOrderRefunds(app: App, ctx: Context): void {
  app.get(
    '/v1/orders/:orderId/refunds',
    {
      schema: {
        operationId: 'listOrderRefunds',
        params: OrderParams,
        headers: OrderHeaders,
        response: { 200: Type.Object({ items: Type.Array(RefundAnswer) }) },
      },
    },
    async (request) => {
      const rule = { permission: 'order.read', services: ['notifications'] } as const
      const { order, member } = await allowedOrder(ctx, request, rule)
      const rows = await ctx.db
        .selectFrom('refund')
        .select(COLUMNS.refund)
        .where('event_id', '=', order.event_id)
        .where('order_id', '=', order.id)
        .orderBy('id')
        .execute()
      return { items: await presentRefunds(ctx.db, rows, { member }) }
    },
  )
}
