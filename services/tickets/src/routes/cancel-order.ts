import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { endHold } from '../orders/end-holds.ts'
import { findOrder } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { EmptyBody, OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { closePayment, pendingPayment } from '../payments/check-payment.ts'

/**
 * POST /v1/orders/:orderId/cancellation — gives held places back at once. Cancelling what is cancelled changes nothing. With
 * a payment under way the provider is asked first: who has paid has bought.
 */
export function cancelOrder(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/cancellation',
    {
      schema: {
        operationId: 'cancelOrder',
        params: OrderParams,
        headers: OrderHeaders,
        body: EmptyBody,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { order, sight } = await allowedOrder(ctx, request, { permission: 'order.cancel' })
      const payment = order.state === 'held' ? await pendingPayment(ctx, order) : undefined
      // If the provider is away, the payment stays pending: the poll closes it, or refunds what arrives after all.
      if (payment) await closePayment(ctx, payment).catch((error) => request.log.warn({ err: error }, 'provider away'))
      await inTransaction(ctx.db, async (tx) => endHold(tx, order, 'cancelled', await ctx.time(tx)))
      ctx.stock.availability.forget(order.event_id)
      const present = await findOrder(ctx.db, order.id)
      if (present?.state !== 'cancelled') throw new DomainError('order-not-held', { state: present?.state ?? 'held' })
      return presentOrder(ctx, ctx.db, present, sight)
    },
  )
}
