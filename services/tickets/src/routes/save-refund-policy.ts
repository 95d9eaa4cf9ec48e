import { inTransaction } from '@guichet/database'
import { type App, authorize, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { RefundPolicyAnswer, RefundPolicyBody } from '../refunds/refund-policy.ts'
import { savePolicy } from '../refunds/save-policy.ts'

const Params = Type.Object({ organizerId: Type.String() })

/** PUT /v1/organizers/:organizerId/refund-policy — until when buyers may give tickets back themselves, and what is kept. */
export function saveRefundPolicy(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/refund-policy',
    {
      schema: {
        operationId: 'saveRefundPolicy',
        params: Params,
        body: RefundPolicyBody,
        response: { 200: RefundPolicyAnswer },
      },
    },
    async (request, reply) => {
      const key = { organizer_id: toUuid('org', request.params.organizerId), event_id: null }
      authorize(request, 'refund-policy.write', request.params.organizerId)
      const saved = await inTransaction(ctx.db, (tx) => savePolicy(tx, request, key, request.body))
      return reply.header('etag', etag(saved.version)).send(saved)
    },
  )
}
