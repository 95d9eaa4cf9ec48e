import { DomainError } from '@guichet/problem'
import { type App, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { deadlineOf, EventRefundPolicyAnswer, policyOfEvent } from '../refunds/refund-policy.ts'

/** GET /v1/events/:eventId/refund-policy — what holds for the event's buyers; public, as it is said before they buy. */
export function getEventRefundPolicy(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/refund-policy',
    {
      schema: {
        operationId: 'getEventRefundPolicy',
        params: EventParams,
        response: { 200: EventRefundPolicyAnswer },
      },
    },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      const policy = await policyOfEvent(ctx.db, event)
      const until = policy.enabled ? deadlineOf(policy, event).toISOString() : null
      return reply.header('etag', etag(policy.version)).send({ ...policy, until })
    },
  )
}
