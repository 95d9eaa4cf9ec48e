import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type EventRow, type TicketTypeRow } from '../db.ts'

/** The ticket type of the path and its event, for a member who may change it; for outsiders it does not exist. */
export async function writableTicketType(
  ctx: Context,
  request: FastifyRequest,
): Promise<{ type: TicketTypeRow; event: EventRow }> {
  const { ticketTypeId } = request.params as { ticketTypeId: string }
  const type = await ctx.db
    .selectFrom('ticket_type')
    .select(COLUMNS.ticket_type)
    .where('id', '=', toUuid('typ', ticketTypeId))
    .executeTakeFirst()
  if (!type) throw new DomainError('not-found')
  const event = await ctx.db
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', type.event_id)
    .executeTakeFirstOrThrow()
  authorize(request, 'ticket-type.write', toId('org', event.organizer_id))
  return { type, event }
}
