import { type App, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

/** GET /v1/orders/:orderId — for its buyer, whoever holds its secret, members with order.read, and notifications. */
export function getOrder(app: App, ctx: Context): void {
  app.get(
    '/v1/orders/:orderId',
    { schema: { operationId: 'getOrder', params: OrderParams, headers: OrderHeaders, response: { 200: OrderAnswer } } },
    async (request, reply) => {
      const { order, sight } = await allowedOrder(ctx, request, {
        permission: 'order.read',
        services: ['notifications'],
      })
      return reply.header('etag', etag(order.version)).send(await presentOrder(ctx, ctx.db, order, sight))
    },
  )
}
