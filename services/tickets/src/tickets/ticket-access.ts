import { DomainError } from '@guichet/problem'
import { parseId } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type TicketRow } from '../db.ts'
import { findOrder } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import type { Sight } from '../orders/present-order.ts'
import type { TransferOf } from './transfer.ts'

export const OrderTicketParams = Type.Object({ orderId: Type.String(), ticketId: Type.String() })

export const TicketParams = Type.Object({ ticketId: Type.String() })

export const TicketHeaders = Type.Object({
  'ticket-secret': Type.Optional(Type.String({ maxLength: 100, description: 'The holder’s key to the ticket.' })),
})

/** Who may pass a ticket on or take it back: the order's buyer, and members who help. Tickets of other orders are none. */
export async function allowedTransfer(
  ctx: Context,
  request: FastifyRequest,
): Promise<TransferOf & { sight: Sight; member: boolean }> {
  const { order, sight, member } = await allowedOrder(ctx, request, { permission: 'order.correct' })
  const ticketUuid = parseId('tkt', (request.params as Static<typeof OrderTicketParams>).ticketId)
  if (!ticketUuid) throw new DomainError('not-found')
  const by = member && request.principal.kind === 'user' ? request.principal.userId : 'buyer'
  return { order, ticketUuid, by, sight, member }
}

/**
 * The ticket whose holder asks: to whom it was passed on, as long as it was not taken back. For everyone else it does not
 * exist. A key of another ticket is known without a query.
 */
export async function heldTicket(
  ctx: Context,
  request: FastifyRequest,
): Promise<{ ticket: TicketRow; order: OrderRow }> {
  const { ticketId } = request.params as Static<typeof TicketParams>
  const header = request.headers['ticket-secret']
  const version = typeof header === 'string' ? ctx.orderSecrets.versionOf(ticketId, header) : undefined
  const uuid = parseId('tkt', ticketId)
  if (!uuid || version === undefined) throw new DomainError('not-found')
  const ticket = await ctx.db
    .selectFrom('ticket')
    .select(COLUMNS.ticket)
    .where('id', '=', uuid)
    .where('transferred_at', 'is not', null)
    .where('code_version', '=', version)
    .executeTakeFirst()
  const order = ticket && (await findOrder(ctx.db, ticket.order_id))
  if (!order) throw new DomainError('not-found')
  return { ticket, order }
}
