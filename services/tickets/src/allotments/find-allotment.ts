import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { type AllotmentRow, COLUMNS, type EventRow, type TicketsTx } from '../db.ts'

/** The pool of the path and its event, for a member who may change it; a type's or a code's own pool has no address. */
export async function writableAllotment(
  ctx: Context,
  request: FastifyRequest,
): Promise<{ pool: AllotmentRow; event: EventRow }> {
  const { allotmentId } = request.params as { allotmentId: string }
  const pool = await ctx.db
    .selectFrom('allotment')
    .select(COLUMNS.allotment)
    .where('id', '=', toUuid('alo', allotmentId))
    .where('kind', 'in', ['shared', 'event'])
    .executeTakeFirst()
  if (!pool) throw new DomainError('not-found')
  const event = await ctx.db
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', pool.event_id)
    .executeTakeFirstOrThrow()
  authorize(request, 'ticket-type.write', toId('org', event.organizer_id))
  return { pool, event }
}

/** The pool as it is now that the event's allotments are locked; gone when somebody else deleted it. */
export async function readAllotment(tx: TicketsTx, key: { event_id: string; id: string }): Promise<AllotmentRow> {
  const pool = await tx
    .selectFrom('allotment')
    .select(COLUMNS.allotment)
    .where('event_id', '=', key.event_id)
    .where('id', '=', key.id)
    .executeTakeFirst()
  if (!pool) throw new DomainError('not-found')
  return pool
}
