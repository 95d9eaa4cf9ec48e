import { DomainError } from '@guichet/problem'
import { authorize, parseId, toId } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type RefundRow } from '../db.ts'

/** The refund that a member with order.refund names; for everyone else it does not exist. */
export async function refundOfMember(
  ctx: Context,
  request: FastifyRequest,
): Promise<{ refund: RefundRow; userId: string }> {
  const { refundId } = request.params as { refundId: string }
  const uuid = parseId('rfd', refundId)
  const found =
    uuid &&
    (await ctx.db
      .selectFrom('refund')
      .innerJoin('event', 'event.event_id', 'refund.event_id')
      .select(COLUMNS.refund.map((column) => `refund.${column}` as const))
      .select('event.organizer_id')
      .where('refund.id', '=', uuid)
      .executeTakeFirst())
  if (!found) throw new DomainError('not-found')
  const { organizer_id, ...refund } = found
  const { userId } = authorize(request, 'order.refund', toId('org', organizer_id))
  return { refund, userId }
}
