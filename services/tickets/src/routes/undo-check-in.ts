import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, parseId, toId, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { undoCheckIn } from '../check-ins/check-in.ts'
import type { Context } from '../context.ts'
import { findEvent } from '../events/find-event.ts'

const Params = Type.Object({ eventId: Type.String(), ticketId: Type.String() })

/** DELETE /v1/events/:eventId/check-ins/:ticketId — scanned by mistake. Repeated, it changes nothing. */
export function undoCheckInRoute(app: App, ctx: Context): void {
  app.delete(
    '/v1/events/:eventId/check-ins/:ticketId',
    { schema: { operationId: 'undoCheckIn', params: Params, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      authorize(request, 'ticket.check-in', toId('org', event.organizer_id))
      const ticketUuid = parseId('tkt', request.params.ticketId)
      if (!ticketUuid) throw new DomainError('ticket-unknown')
      await inTransaction(ctx.db, (tx) => undoCheckIn(tx, { event_id: event.event_id, ticket_id: ticketUuid }))
      return reply.code(204).send(null)
    },
  )
}
