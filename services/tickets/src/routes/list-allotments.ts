import { DomainError } from '@guichet/problem'
import { type App, authorize, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { AllotmentAnswer } from '../allotments/allotment-schema.ts'
import { allotmentsOfEvent } from '../allotments/present-allotment.ts'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'

const Answer = Type.Object({ items: Type.Array(AllotmentAnswer) })

/** GET /v1/events/:eventId/allotments — the event's capacity and the quotas that its types share, with what is taken. */
export function listAllotments(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/allotments',
    { schema: { operationId: 'listAllotments', params: EventParams, response: { 200: Answer } } },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'ticket-type.write', toId('org', event.organizer_id))
      return { items: await allotmentsOfEvent(ctx.db, event.event_id) }
    },
  )
}
