import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderLineRow, type OrderRow, type TicketRow, type TicketsDb, type TicketsTx } from '../db.ts'
import type { TicketAnswer } from '../orders/order-schema.ts'
import type { Sight } from '../orders/present-order.ts'
import { TRANSFERS_MAX } from './transfer.ts'

/** A ticket, with what happened to it, and the version of its order's key in the same moment. */
export interface TicketOfOrder extends TicketRow {
  checked_in_at: Date | null
  secret_version: number
  changes: { kind: 'passed-on' | 'taken-back'; changed_at: Date; changed_by: string; code_version: number }[]
}

/** The tickets of orders, in the order of their lines and ids. */
export async function ticketsOf(
  db: TicketsDb | TicketsTx,
  eventIds: readonly string[],
  orderIds: readonly string[],
): Promise<TicketOfOrder[]> {
  const tickets = await db
    .selectFrom('ticket')
    .innerJoin('orders', (join) =>
      join.onRef('orders.event_id', '=', 'ticket.event_id').onRef('orders.id', '=', 'ticket.order_id'),
    )
    .leftJoin('check_in', (join) =>
      join.onRef('check_in.event_id', '=', 'ticket.event_id').onRef('check_in.ticket_id', '=', 'ticket.id'),
    )
    .select(COLUMNS.ticket.map((column) => `ticket.${column}` as const))
    .select(['check_in.checked_in_at', 'orders.secret_version'])
    .where('ticket.event_id', 'in', eventIds)
    .where('ticket.order_id', 'in', orderIds)
    .orderBy('ticket.line_number')
    .orderBy('ticket.id')
    .execute()
  const passedOn = tickets.filter((ticket) => ticket.transfers > 0)
  if (passedOn.length === 0) return tickets.map((ticket) => ({ ...ticket, changes: [] }))
  const rows = await db
    .selectFrom('ticket_transfer')
    .select(['ticket_id', 'kind', 'changed_at', 'changed_by', 'code_version'])
    .where('event_id', 'in', eventIds)
    .where('order_id', 'in', [...new Set(passedOn.map((ticket) => ticket.order_id))])
    .orderBy('code_version')
    .execute()
  const changes = Map.groupBy(rows, (row) => row.ticket_id)
  return tickets.map((ticket) => ({ ...ticket, changes: changes.get(ticket.id) ?? [] }))
}

/**
 * A ticket as its order shows it. Of one that was passed on the code is its holder's alone; and when the order's key was
 * taken back between two looks at the tables, whoever asked with it does not get the codes that came with the new one.
 */
export function presentTicket(
  ctx: Context,
  ticket: TicketOfOrder,
  { order, lines, sight }: { order: OrderRow; lines: readonly OrderLineRow[]; sight: Sight },
): Static<typeof TicketAnswer> {
  const id = toId('tkt', ticket.id)
  const shown = sight.codes && ticket.transferred_at === null && ticket.secret_version === order.secret_version
  const facts = { ticketId: ticket.id, eventId: ticket.event_id, version: ticket.code_version }
  return {
    id,
    ticketTypeId: toId('typ', ticket.ticket_type_id),
    typeName: lines.find((line) => line.line_number === ticket.line_number)?.type_name ?? {},
    holderName: ticket.holder_name,
    code: shown ? ctx.ticketCodes.sign(facts) : null,
    state: ticket.state,
    lineNumber: ticket.line_number,
    checkedInAt: ticket.checked_in_at?.toISOString() ?? null,
    holder:
      ticket.transferred_at === null
        ? null
        : {
            email: ticket.holder_email,
            since: ticket.transferred_at.toISOString(),
            ...(sight.holderKeys ? { secret: ctx.orderSecrets.of(id, ticket.code_version) } : {}),
          },
    transfersLeft: Math.max(0, TRANSFERS_MAX - ticket.transfers),
    transfers: ticket.changes.map((change) => ({
      kind: change.kind,
      at: change.changed_at.toISOString(),
      by: sight.members || change.changed_by === 'buyer' ? change.changed_by : 'organizer',
      issue: change.code_version,
    })),
  }
}
