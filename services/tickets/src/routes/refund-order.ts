import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, idempotently, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { findOrder, lockOrder } from '../orders/find-order.ts'
import { OrderParams } from '../orders/order-schema.ts'
import { findRefund, finishRefund } from '../refunds/finish-refund.ts'
import { presentRefund, RefundAnswer, RefundPreview } from '../refunds/refund.ts'
import { previewRefund, refundOrder } from '../refunds/refund-order.ts'
import { presentPlan, RefundBody, toWish } from '../refunds/refund-schema.ts'

/**
 * POST /v1/orders/:orderId/refunds — all of an order, some of its tickets, or a sum: money back, tickets void, places on sale
 * again. `dryRun` answers 200 with the exact amounts and changes nothing. `pending` when the provider is away; a job goes on.
 */
export function refundOrderRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/refunds',
    {
      schema: {
        operationId: 'refundOrder',
        params: OrderParams,
        body: RefundBody,
        response: { 200: RefundPreview, 201: RefundAnswer },
      },
    },
    async (request, reply) => {
      const order = await findOrder(ctx.db, toUuid('ord', request.params.orderId))
      if (!order) throw new DomainError('not-found')
      const { userId } = authorize(request, 'order.refund', toId('org', order.organizer_id))
      const wish = toWish(request.body)
      if (request.body?.dryRun) {
        return reply.send(presentPlan(order, await inTransaction(ctx.db, (tx) => previewRefund(tx, order, wish))))
      }
      const cause = { reason: 'requested', requestedBy: toUuid('usr', userId), note: request.body?.note } as const
      const { body } = await idempotently(ctx.db, request, reply, `${userId}:refundOrder`, async (tx) => {
        const locked = await lockOrder(tx, order)
        const refundId = await refundOrder(tx, locked, wish, cause, await ctx.time(tx))
        return { status: 201, body: { id: toId('rfd', refundId) } }
      })
      const refundId = toUuid('rfd', body.id)
      await finishRefund(ctx, refundId).catch((error) => request.log.warn({ err: error }, 'refund put off'))
      ctx.stock.availability.forget(order.event_id)
      return reply.code(201).send(await presentRefund(ctx.db, await findRefund(ctx, refundId), { member: true }))
    },
  )
}
