import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { findRefund } from '../refunds/finish-refund.ts'
import { presentRefund, RefundAnswer } from '../refunds/refund.ts'
import { refundOfMember } from '../refunds/refund-access.ts'
import { NoteBody, RefundParams } from '../refunds/refund-schema.ts'
import { settleByHand } from '../refunds/settle-by-hand.ts'

const Body = Type.Object({ note: NoteBody })

/** POST /v1/refunds/:refundId/settlement — a member has sent the money by other means; `note` says how. */
export function settleRefund(app: App, ctx: Context): void {
  app.post(
    '/v1/refunds/:refundId/settlement',
    { schema: { operationId: 'settleRefund', params: RefundParams, body: Body, response: { 200: RefundAnswer } } },
    async (request) => {
      const { refund, userId } = await refundOfMember(ctx, request)
      await settleByHand(ctx, refund, { userUuid: toUuid('usr', userId), note: request.body.note })
      return presentRefund(ctx.db, await findRefund(ctx, refund.id), { member: true })
    },
  )
}
