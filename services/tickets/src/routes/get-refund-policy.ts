import { type App, authorize, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { policyOfOrganizer, RefundPolicyAnswer } from '../refunds/refund-policy.ts'

const Params = Type.Object({ organizerId: Type.String() })

/** GET /v1/organizers/:organizerId/refund-policy — what holds for events without one of their own. */
export function getRefundPolicy(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/refund-policy',
    { schema: { operationId: 'getRefundPolicy', params: Params, response: { 200: RefundPolicyAnswer } } },
    async (request, reply) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'order.read', request.params.organizerId)
      const policy = await policyOfOrganizer(ctx.db, organizerUuid)
      return reply.header('etag', etag(policy.version)).send(policy)
    },
  )
}
