import { inTransaction } from '@guichet/database'
import { type App, idempotently, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import type { OrderRow, TicketsTx } from '../db.ts'
import { lockOrder } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { findRefund, finishRefund } from '../refunds/finish-refund.ts'
import type { RefundWish } from '../refunds/plan-refund.ts'
import { presentRefund, RefundAnswer, RefundPreview } from '../refunds/refund.ts'
import { previewRefund, refundOrder } from '../refunds/refund-order.ts'
import { assertOffered, policyOfEvent } from '../refunds/refund-policy.ts'
import { presentPlan, RefundRequestBody, ticketUuid } from '../refunds/refund-schema.ts'

/**
 * POST /v1/orders/:orderId/refund-requests — the buyer gives tickets back, as far as the organizer's policy lets him: until
 * its deadline, less what it keeps. `dryRun` answers 200 with the exact amounts and changes nothing.
 */
export function requestRefund(app: App, ctx: Context): void {
  app.post(
    '/v1/orders/:orderId/refund-requests',
    {
      schema: {
        operationId: 'requestRefund',
        params: OrderParams,
        headers: OrderHeaders,
        body: RefundRequestBody,
        response: { 200: RefundPreview, 201: RefundAnswer },
      },
    },
    async (request, reply) => {
      const { order } = await allowedOrder(ctx, request)
      const ticketIds = request.body?.ticketIds?.map(ticketUuid)
      if (request.body?.dryRun) {
        const plan = await inTransaction(ctx.db, async (tx) => {
          return previewRefund(tx, order, await wishByPolicy(ctx, tx, order, ticketIds))
        })
        return reply.send(presentPlan(order, plan))
      }
      const { body } = await idempotently(ctx.db, request, reply, `${order.id}:requestRefund`, async (tx) => {
        const locked = await lockOrder(tx, order)
        const wish = await wishByPolicy(ctx, tx, locked, ticketIds)
        const refundId = await refundOrder(tx, locked, wish, { reason: 'self-service' }, await ctx.time(tx))
        return { status: 201, body: { id: toId('rfd', refundId) } }
      })
      const refundId = toUuid('rfd', body.id)
      await finishRefund(ctx, refundId).catch((error) => request.log.warn({ err: error }, 'refund put off'))
      ctx.stock.availability.forget(order.event_id)
      return reply.code(201).send(await presentRefund(ctx.db, await findRefund(ctx, refundId), { member: false }))
    },
  )
}

async function wishByPolicy(
  ctx: Context,
  tx: TicketsTx,
  order: OrderRow,
  ticketIds: string[] | undefined,
): Promise<RefundWish> {
  const event = await tx
    .selectFrom('event')
    .select(['event_id', 'organizer_id', 'starts_at', 'status'])
    .where('event_id', '=', order.event_id)
    .executeTakeFirstOrThrow()
  const policy = await policyOfEvent(tx, event)
  assertOffered(policy, event, await ctx.time(tx))
  // Of an event that does not take place nothing is kept: who asks before our job has come by gets all, as everybody.
  const keptBp = event.status === 'cancelled' ? 0 : policy.keptBp
  return { ticketIds, keptBp, admitted: ticketIds ? 'refuse' : 'leave', short: 'refuse', own: true }
}
