import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'

/** DELETE /v1/events/:eventId/refund-policy — from now on the organizer's holds. Without one of its own nothing changes. */
export function deleteEventRefundPolicy(app: App, ctx: Context): void {
  app.delete(
    '/v1/events/:eventId/refund-policy',
    { schema: { operationId: 'deleteEventRefundPolicy', params: EventParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'refund-policy.write', toId('org', event.organizer_id))
      await ctx.db
        .deleteFrom('refund_policy')
        .where('organizer_id', '=', event.organizer_id)
        .where('event_id', '=', event.event_id)
        .execute()
      return reply.code(204).send(null)
    },
  )
}
