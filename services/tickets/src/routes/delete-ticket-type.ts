import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import type { TicketsTx, TicketTypeRow } from '../db.ts'
import { lockAllotmentsOfTypes } from '../stock/allotments.ts'
import { writableTicketType } from '../ticket-types/find-ticket-type.ts'
import { TicketTypeParams } from '../ticket-types/ticket-type-schema.ts'

/** DELETE /v1/ticket-types/:ticketTypeId — as if it had never been; not once there are orders of it. */
export function deleteTicketType(app: App, ctx: Context): void {
  app.delete(
    '/v1/ticket-types/:ticketTypeId',
    { schema: { operationId: 'deleteTicketType', params: TicketTypeParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { type } = await writableTicketType(ctx, request)
      await inTransaction(ctx.db, (tx) => deleteType(tx, type))
      return reply.code(204).send(null)
    },
  )
}

async function deleteType(tx: TicketsTx, type: TicketTypeRow): Promise<void> {
  // With the lock, no order of it can be on its way.
  await lockAllotmentsOfTypes(tx, [{ eventId: type.event_id, ticketTypeId: type.id }])
  const ordered = await tx
    .selectFrom('order_line')
    .select('line_number')
    .where('event_id', '=', type.event_id)
    .where('ticket_type_id', '=', type.id)
    .limit(1)
    .executeTakeFirst()
  if (ordered) throw new DomainError('ticket-type-has-orders')
  for (const table of ['allotment', 'ticket_type_allotment'] as const) {
    await tx
      .deleteFrom(table as 'ticket_type_allotment')
      .where('event_id', '=', type.event_id)
      .where('ticket_type_id', '=', type.id)
      .execute()
  }
  await tx.deleteFrom('ticket_type').where('event_id', '=', type.event_id).where('id', '=', type.id).execute()
}
