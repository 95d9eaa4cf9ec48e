import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { EmptyBody } from '../orders/order-schema.ts'
import { findRefund, finishRefund } from '../refunds/finish-refund.ts'
import { presentRefund, RefundAnswer } from '../refunds/refund.ts'
import { refundOfMember } from '../refunds/refund-access.ts'
import { RefundParams } from '../refunds/refund-schema.ts'
import { reviveRefund } from '../refunds/settle-by-hand.ts'

/** POST /v1/refunds/:refundId/retry — asks the provider again, at once; the answer says what became of it. */
export function retryRefund(app: App, ctx: Context): void {
  app.post(
    '/v1/refunds/:refundId/retry',
    {
      schema: { operationId: 'retryRefund', params: RefundParams, body: EmptyBody, response: { 200: RefundAnswer } },
    },
    async (request) => {
      const { refund } = await refundOfMember(ctx, request)
      await reviveRefund(ctx, refund)
      await finishRefund(ctx, refund.id).catch((error) => request.log.warn({ err: error }, 'refund put off'))
      return presentRefund(ctx.db, await findRefund(ctx, refund.id), { member: true })
    },
  )
}
