import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { findOrder } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { EmptyBody, OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'
import { checkPayment, pendingPayment } from '../payments/check-payment.ts'

/** POST /v1/orders/:orderId/payment-check — the return page asks the provider, so that nobody waits for a webhook. */
export function checkPaymentRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/payment-check',
    {
      schema: {
        operationId: 'checkPayment',
        params: OrderParams,
        headers: OrderHeaders,
        body: EmptyBody,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { order, sight } = await allowedOrder(ctx, request)
      const payment = await pendingPayment(ctx, order)
      if (payment) await checkPayment(ctx, payment)
      return presentOrder(ctx, ctx.db, (await findOrder(ctx.db, order.id)) ?? order, sight)
    },
  )
}
