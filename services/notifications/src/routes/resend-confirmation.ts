import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, createRateLimits } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { createHolders, OrderHeaders, OrderParams } from '../deliveries/order-secret.ts'
import { resend } from '../deliveries/resend.ts'

/**
 * POST /v1/orders/{orderId}/confirmation: the tickets by mail once more, for whoever holds the order's secret. They go to
 * the order's own address alone. Repeating it before they are sent changes nothing.
 */
export function resendConfirmation(app: App, ctx: Context): void {
  const limits = createRateLimits({ 'resend-by-buyer': { points: 5, duration: 3_600 } })
  const holder = createHolders(ctx)
  app.post(
    '/v1/orders/:orderId/confirmation',
    {
      schema: {
        operationId: 'resendConfirmation',
        summary: 'Send an order’s confirmation once more, for its buyer',
        params: OrderParams,
        headers: OrderHeaders,
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      const uuid = await holder(request, reply)
      await limits.take(reply, 'resend-by-buyer', uuid)
      await inTransaction(ctx.db, async (tx) => {
        const latest = await tx
          .selectFrom('delivery')
          .select('id')
          .where('order_id', '=', uuid)
          .where('kind', '=', 'order-confirmation')
          .where('channel', '=', 'email')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst()
        if (!latest) throw new DomainError('not-found')
        await resend(tx, latest.id, ctx.now())
      })
      return reply.code(202).send({})
    },
  )
}
