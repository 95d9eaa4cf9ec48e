import { DomainError } from '@guichet/problem'
import { type App, authorize, idempotently, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { findOrder, lockOrder } from '../orders/find-order.ts'
import { EmptyBody, OrderParams } from '../orders/order-schema.ts'
import { finishRefund } from '../refunds/finish-refund.ts'
import { presentRefund, RefundAnswer } from '../refunds/refund.ts'
import { refundOrder } from '../refunds/refund-order.ts'

/**
 * POST /v1/orders/:orderId/refunds — the whole order: money back, tickets void, places on sale again. `pending` when the
 * provider is away; a job goes on.
 */
export function refundOrderRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/refunds',
    { schema: { operationId: 'refundOrder', params: OrderParams, body: EmptyBody, response: { 201: RefundAnswer } } },
    async (request, reply) => {
      const order = await findOrder(ctx.db, toUuid('ord', request.params.orderId))
      if (!order) throw new DomainError('not-found')
      const { userId } = authorize(request, 'order.refund', toId('org', order.organizer_id))
      const { body } = await idempotently(ctx.db, request, reply, `${userId}:refundOrder`, async (tx) => {
        const locked = await lockOrder(tx, order)
        const why = { reason: 'requested', requestedBy: toUuid('usr', userId) } as const
        const refundId = await refundOrder(tx, locked, why, await ctx.time(tx))
        return { status: 201, body: { id: toId('rfd', refundId) } }
      })
      const refundId = toUuid('rfd', body.id)
      await finishRefund(ctx, refundId).catch((error) => request.log.warn({ err: error }, 'refund put off'))
      const refund = await ctx.db
        .selectFrom('refund')
        .select(COLUMNS.refund)
        .where('id', '=', refundId)
        .executeTakeFirstOrThrow()
      return reply.code(201).send(presentRefund(refund))
    },
  )
}
