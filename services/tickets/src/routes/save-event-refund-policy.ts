import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, toId, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { RefundPolicyAnswer, RefundPolicyBody } from '../refunds/refund-policy.ts'
import { savePolicy } from '../refunds/save-policy.ts'

/** PUT /v1/events/:eventId/refund-policy — the event's own, before the organizer's. */
export function saveEventRefundPolicy(app: App, ctx: Context): void {
  app.put(
    '/v1/events/:eventId/refund-policy',
    {
      schema: {
        operationId: 'saveEventRefundPolicy',
        params: EventParams,
        body: RefundPolicyBody,
        response: { 200: RefundPolicyAnswer },
      },
    },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'refund-policy.write', toId('org', event.organizer_id))
      const key = { organizer_id: event.organizer_id, event_id: event.event_id }
      const saved = await inTransaction(ctx.db, (tx) => savePolicy(tx, request, key, request.body))
      return reply.header('etag', etag(saved.version)).send(saved)
    },
  )
}
