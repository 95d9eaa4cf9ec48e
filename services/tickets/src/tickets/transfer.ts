import { sql } from '@guichet/database'
import { addToOutbox, type OutboxEntry } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type TicketRow, type TicketsTx } from '../db.ts'
import { lockOrder } from '../orders/find-order.ts'

/** Of one ticket. Who passes it on more often trades with it. */
export const TRANSFERS_MAX = 5

/** Who acts on which ticket. */
export interface TransferOf {
  /** As it was when access to it was judged. */
  order: OrderRow
  ticketUuid: string
  /** `buyer`, or the id of the member. */
  by: string
}

/**
 * Passes a ticket on: its code and keys of before die, and its new holder is written to. Repeating it changes nothing.
 * @throws DomainError `not-found`, `ticket-void`, `already-checked-in`, `event-cancelled`, `event-over`, `event-begun`,
 *   `ticket-passed-on-often`
 */
export async function passOn(
  ctx: Context,
  tx: TicketsTx,
  of: TransferOf,
  holder: { name: string; email: string },
): Promise<OrderRow> {
  const { order, ticket } = await lockBoth(tx, of)
  if (ticket.holder_email === holder.email && ticket.holder_name === holder.name) return order
  const event = await eventOf(tx, order)
  const now = await ctx.time(tx)
  if (event.status === 'cancelled') throw new DomainError('event-cancelled')
  if (event.ends_at <= now) throw new DomainError('event-over')
  // As it cannot be taken back from who is on the way in, it cannot go on to another either.
  if (ticket.transferred_at !== null && event.starts_at <= now) throw new DomainError('event-begun')
  if (ticket.transfers >= TRANSFERS_MAX) throw new DomainError('ticket-passed-on-often', { max: TRANSFERS_MAX })
  // Who only has another name now gets the new ticket, and need not hear that the old one is gone.
  const another = ticket.holder_email?.toLowerCase() !== holder.email.toLowerCase()
  if (ticket.transferred_at !== null && another) await addToOutbox(tx, takenBack(order, ticket))
  const changed = await change(tx, order, ticket, {
    holder_name: holder.name,
    holder_email: holder.email,
    transferred_at: now,
    transfers: ticket.transfers + 1,
  })
  await noteDown(tx, changed, { kind: 'passed-on', changed_at: now, changed_by: of.by })
  await addToOutbox(tx, { type: 'tickets.ticket-transferred.v1', ...issueOf(order, changed) })
  return raiseVersion(tx, order)
}

/**
 * Makes a ticket that was passed on the buyer's again, until the event begins. Repeating it changes nothing.
 * @throws DomainError `not-found`, `ticket-void`, `already-checked-in`, `event-begun`
 */
export async function takeBack(ctx: Context, tx: TicketsTx, of: TransferOf): Promise<OrderRow> {
  const { order, ticket } = await lockBoth(tx, of)
  if (ticket.transferred_at === null) return order
  const now = await ctx.time(tx)
  if ((await eventOf(tx, order)).starts_at <= now) throw new DomainError('event-begun')
  await addToOutbox(tx, takenBack(order, ticket))
  const own = { holder_name: order.buyer_name, holder_email: null, transferred_at: null }
  const changed = await change(tx, order, ticket, own)
  await noteDown(tx, changed, { kind: 'taken-back', changed_at: now, changed_by: of.by })
  return raiseVersion(tx, order)
}

/**
 * Locks the order, as refunds and corrections of its address do, and then the ticket, as the door does: of all that would
 * change it one is first, and the others see it.
 */
async function lockBoth(tx: TicketsTx, { order: seen, ticketUuid }: TransferOf) {
  const order = await lockOrder(tx, seen)
  // Somebody with a key that was taken back while he waited.
  if (order.secret_version !== seen.secret_version) throw new DomainError('not-found')
  const ticket = await tx
    .selectFrom('ticket')
    .select(COLUMNS.ticket)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .where('id', '=', ticketUuid)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!ticket) throw new DomainError('not-found')
  if (ticket.state === 'void') throw new DomainError('ticket-void')
  const entry = await tx
    .selectFrom('check_in')
    .select('checked_in_at')
    .where('event_id', '=', order.event_id)
    .where('ticket_id', '=', ticketUuid)
    .executeTakeFirst()
  if (entry) throw new DomainError('already-checked-in', { checkedInAt: entry.checked_in_at.toISOString() })
  return { order, ticket }
}

function eventOf(tx: TicketsTx, { event_id }: OrderRow) {
  return tx
    .selectFrom('event')
    .select(['status', 'starts_at', 'ends_at'])
    .where('event_id', '=', event_id)
    .executeTakeFirstOrThrow()
}

type Holder = Pick<TicketRow, 'holder_name' | 'holder_email' | 'transferred_at'> & { transfers?: number }

function change(tx: TicketsTx, order: OrderRow, ticket: TicketRow, holder: Holder): Promise<TicketRow> {
  return tx
    .updateTable('ticket')
    .set({ ...holder, code_version: ticket.code_version + 1 })
    .where('event_id', '=', order.event_id)
    .where('id', '=', ticket.id)
    .returning(COLUMNS.ticket)
    .executeTakeFirstOrThrow()
}

async function noteDown(
  tx: TicketsTx,
  { event_id, order_id, id, code_version }: TicketRow,
  what: { kind: 'passed-on' | 'taken-back'; changed_at: Date; changed_by: string },
): Promise<void> {
  await tx
    .insertInto('ticket_transfer')
    .values({ event_id, order_id, ticket_id: id, code_version, ...what })
    .execute()
}

/** Its holder has it no longer: it went back, on, or for money. */
export function takenBack(order: OrderRow, ticket: Pick<TicketRow, 'id' | 'code_version'>): OutboxEntry {
  return { type: 'tickets.ticket-taken-back.v1', ...issueOf(order, ticket) }
}

/** Ids alone: who writes to the holder asks for the order, and finds whoever holds the ticket then. */
function issueOf(order: OrderRow, ticket: Pick<TicketRow, 'id' | 'code_version'>) {
  const ticketId = toId('tkt', ticket.id)
  const data = {
    ticketId,
    orderId: toId('ord', order.id),
    eventId: toId('evt', order.event_id),
    organizerId: toId('org', order.organizer_id),
    issue: ticket.code_version,
  }
  return { subject: ticketId, data }
}

function raiseVersion(tx: TicketsTx, { event_id, id }: OrderRow): Promise<OrderRow> {
  return tx
    .updateTable('orders')
    .set({ version: sql<number>`version + 1` })
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .returning(COLUMNS.orders)
    .executeTakeFirstOrThrow()
}
