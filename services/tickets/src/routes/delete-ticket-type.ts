import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import type { TicketsTx, TicketTypeRow } from '../db.ts'
import { lockEvent } from '../events/lock-event.ts'
import { touchTerms } from '../stock/terms.ts'
import { writableTicketType } from '../ticket-types/find-ticket-type.ts'
import { hasAddOns } from '../ticket-types/named-types.ts'
import { TicketTypeParams } from '../ticket-types/ticket-type-schema.ts'

/** DELETE /v1/ticket-types/:ticketTypeId — as if it had never been; not once there are orders of it. */
export function deleteTicketType(app: App, ctx: Context): void {
  app.delete(
    '/v1/ticket-types/:ticketTypeId',
    { schema: { operationId: 'deleteTicketType', params: TicketTypeParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { type } = await writableTicketType(ctx, request)
      await inTransaction(ctx.db, (tx) => deleteType(tx, type, () => ctx.time(tx)))
      ctx.stock.availability.forget(type.event_id)
      return reply.code(204).send(null)
    },
  )
}

async function deleteType(tx: TicketsTx, type: TicketTypeRow, now: () => Promise<Date>): Promise<void> {
  await lockEvent(tx, type.event_id)
  // With these locks, no order of it can be on its way.
  await touchTerms(tx, type.event_id)
  const ordered = await tx
    .selectFrom('order_line')
    .select('line_number')
    .where('event_id', '=', type.event_id)
    .where('ticket_type_id', '=', type.id)
    .limit(1)
    .executeTakeFirst()
  if (ordered) throw new DomainError('ticket-type-has-orders')
  // Without the last type that it goes with, an add-on would be sold by itself.
  if (await hasAddOns(tx, type.event_id, type.id)) throw new DomainError('ticket-type-has-add-ons')
  for (const table of ['allotment', 'ticket_type_allotment'] as const) {
    await tx
      .deleteFrom(table as 'ticket_type_allotment')
      .where('event_id', '=', type.event_id)
      .where('ticket_type_id', '=', type.id)
      .execute()
  }
  await tx.deleteFrom('ticket_type').where('event_id', '=', type.event_id).where('id', '=', type.id).execute()
  await forgetInCodes(tx, type)
  await tx
    .updateTable('waiting_entry')
    .set({ state: 'left', email: null, ended_at: await now() })
    .where('event_id', '=', type.event_id)
    .where('ticket_type_id', '=', type.id)
    .where('state', '=', 'waiting')
    .execute()
}

/** A code for this type alone is switched off and keeps its name: with an empty list it would be for all types. */
async function forgetInCodes(tx: TicketsTx, { event_id, id }: TicketTypeRow): Promise<void> {
  await sql`
    update promo_code
       set ticket_type_ids = case when cardinality(ticket_type_ids) > 1 then array_remove(ticket_type_ids, ${id}) else ticket_type_ids end,
           active = active and cardinality(ticket_type_ids) > 1,
           version = version + 1
     where event_id = ${event_id} and ${id} = any(ticket_type_ids)`.execute(tx)
}
