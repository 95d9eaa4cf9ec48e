import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'
import type { TicketsTx } from '../db.ts'

/** The ticket that a code, or an id, names at the door of an event, and the issue of the code. */
export interface Shown {
  event_id: string
  ticket_id: string
  codeVersion?: number | undefined
}

/**
 * Lets the bearer of a ticket in, once. Its row is locked, as by a refund that makes it void: one of the two is first, and the
 * other sees it.
 * @throws DomainError `ticket-unknown`, `ticket-void`, `ticket-replaced`, `already-checked-in`
 */
export async function checkIn(tx: TicketsTx, shown: Shown, by: string, time: Context['time']) {
  const ticket = await lockTicket(tx, shown)
  if (ticket.state === 'void') throw new DomainError('ticket-void')
  if (shown.codeVersion !== undefined && shown.codeVersion !== ticket.code_version) {
    throw new DomainError('ticket-replaced')
  }
  const before = await tx
    .selectFrom('check_in')
    .select('checked_in_at')
    .where('event_id', '=', shown.event_id)
    .where('ticket_id', '=', shown.ticket_id)
    .executeTakeFirst()
  if (before) throw new DomainError('already-checked-in', { checkedInAt: before.checked_in_at.toISOString() })
  const checkedInAt = await time(tx)
  await tx
    .insertInto('check_in')
    .values({ event_id: shown.event_id, ticket_id: shown.ticket_id, checked_in_by: by, checked_in_at: checkedInAt })
    .execute()
  return { ...ticket, checkedInAt }
}

/** As if the bearer had not come in; without effect on one who has not. */
export async function undoCheckIn(tx: TicketsTx, shown: Shown): Promise<void> {
  await lockTicket(tx, shown)
  await tx
    .deleteFrom('check_in')
    .where('event_id', '=', shown.event_id)
    .where('ticket_id', '=', shown.ticket_id)
    .execute()
}

async function lockTicket(tx: TicketsTx, { event_id, ticket_id }: Shown) {
  const ticket = await tx
    .selectFrom('ticket')
    .innerJoin('order_line', (join) =>
      join
        .onRef('order_line.event_id', '=', 'ticket.event_id')
        .onRef('order_line.order_id', '=', 'ticket.order_id')
        .onRef('order_line.line_number', '=', 'ticket.line_number'),
    )
    .select(['ticket.id', 'ticket.order_id', 'ticket.state', 'ticket.code_version', 'ticket.holder_name'])
    .select('order_line.type_name')
    .where('ticket.event_id', '=', event_id)
    .where('ticket.id', '=', ticket_id)
    .forNoKeyUpdate('ticket')
    .executeTakeFirst()
  if (!ticket) throw new DomainError('ticket-unknown')
  return ticket
}
