import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { type App, authorize, idempotently, parseId, toId, toUuid } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { checkIn, type Shown } from '../check-ins/check-in.ts'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { TextsAnswer } from '../events/texts.ts'

const Body = Type.Union([
  Type.Object({ code: Type.String({ maxLength: 500, description: 'As it was scanned.' }) }),
  Type.Object({ ticketId: Type.String() }),
])
const Answer = Type.Object({
  ticketId: Type.String(),
  orderId: Type.String(),
  typeName: TextsAnswer,
  holderName: Type.Union([Type.String(), Type.Null()]),
  checkedInAt: Type.String({ format: 'date-time' }),
})

/** POST /v1/events/:eventId/check-ins — lets the bearer of a ticket in, once, by its code or its id. */
export function checkInTicket(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/check-ins',
    { schema: { operationId: 'checkInTicket', params: EventParams, body: Body, response: { 201: Answer } } },
    async (request, reply) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      const { userId } = authorize(request, 'ticket.check-in', toId('org', event.organizer_id))
      const shown = read(ctx, event.event_id, request.body)
      const { body } = await idempotently(ctx.db, request, reply, `${userId}:checkInTicket`, async (tx) => {
        const ticket = await checkIn(tx, shown, toUuid('usr', userId), ctx.time)
        const answer = {
          ticketId: toId('tkt', ticket.id),
          orderId: toId('ord', ticket.order_id),
          typeName: ticket.type_name,
          holderName: ticket.holder_name,
          checkedInAt: ticket.checkedInAt.toISOString(),
        }
        const { ticketId, orderId, checkedInAt } = answer
        await addToOutbox(tx, {
          type: 'tickets.ticket-checked-in.v1',
          subject: ticketId,
          data: {
            ticketId,
            orderId,
            eventId: toId('evt', event.event_id),
            organizerId: toId('org', event.organizer_id),
            checkedInAt,
          },
        })
        return { status: 201, body: answer }
      })
      return reply.code(201).send(body)
    },
  )
}

/** A code of another event, or of nobody, is no ticket of this one. */
function read(ctx: Context, eventUuid: string, body: Static<typeof Body>): Shown {
  if ('ticketId' in body) return { event_id: eventUuid, ticket_id: parseId('tkt', body.ticketId) ?? unknown() }
  const facts = ctx.ticketCodes.verify(body.code)
  if (facts?.eventId !== eventUuid) return unknown()
  return { event_id: eventUuid, ticket_id: facts.ticketId, codeVersion: facts.version }
}

function unknown(): never {
  throw new DomainError('ticket-unknown')
}
