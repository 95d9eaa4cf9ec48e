import { DomainError } from '@guichet/problem'
import { type App, isMember, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent, findEvent } from '../events/find-event.ts'
import { presentTicketType, typesOfEvent } from '../ticket-types/present-ticket-type.ts'
import { TicketTypeAnswer } from '../ticket-types/ticket-type-schema.ts'

const Answer = Type.Object({
  eventId: Type.String(),
  status: Type.String(),
  serverTime: Type.String({ format: 'date-time' }),
  currency: Type.Union([Type.String(), Type.Null()]),
  items: Type.Array(TicketTypeAnswer),
})

/** GET /v1/events/:eventId/ticket-types — what is on sale; members also see the counters, and drafts. */
export function listTicketTypes(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/ticket-types',
    { schema: { operationId: 'listTicketTypes', params: EventParams, response: { 200: Answer } } },
    async (request) => {
      const eventUuid = toUuid('evt', request.params.eventId)
      const known =
        request.principal.kind === 'user' ? await fetchEvent(ctx, eventUuid) : await findEvent(ctx, eventUuid)
      const member = known !== undefined && isMember(request.principal, toId('org', known.organizer_id))
      if (!known || (known.status === 'draft' && !member)) throw new DomainError('not-found')
      const [now, types] = await Promise.all([ctx.time(ctx.db), typesOfEvent(ctx.db, eventUuid)])
      return {
        eventId: request.params.eventId,
        status: known.status,
        serverTime: now.toISOString(),
        currency: types[0]?.currency ?? null,
        items: types.map((type) => presentTicketType(type, known, now, member)),
      }
    },
  )
}
