import { sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type EventRow, type TicketsTx, type TicketTypeRow } from '../db.ts'
import { lockAllotmentsOfTypes } from '../stock/allotments.ts'
import { announceJoined } from './announce.ts'

/** Ids are UUIDs. */
export interface Joining {
  eventId: string
  ticketTypeId: string
  email: string
  quantity: number | undefined
  locale: string
}

/**
 * Puts an address at the end of a type's waiting list, once: who is on it already stays where they are. The caller learns
 * nothing of that. With the allotments locked, so that no place is sold or offered in the meantime.
 */
export async function joinList(ctx: Context, tx: TicketsTx, joining: Joining): Promise<void> {
  const pools = await lockAllotmentsOfTypes(tx, [joining])
  const { event, type, waiting } = await readTerms(tx, joining)
  const free = Math.min(...pools.map((pool) => pool.capacity - pool.held - pool.sold))
  const now = await ctx.time(tx)
  assertSaleOpen(event, type, now)
  if (waiting === 0 && free >= type.min_per_order) throw new DomainError('not-sold-out')
  const quantity = joining.quantity ?? type.min_per_order
  if (quantity < type.min_per_order || quantity > type.max_per_order) {
    throw new DomainError('limit-exceeded', {
      minPerOrder: type.min_per_order,
      maxPerOrder: type.max_per_order,
      quantity,
    })
  }
  const id = newUuid()
  const { rows } = await sql`
    insert into waiting_entry (event_id, id, ticket_type_id, email, quantity, locale, state, created_at)
    values (${type.event_id}, ${id}, ${type.id}, ${joining.email}, ${quantity}, ${joining.locale}, 'waiting', ${now})
        on conflict (event_id, ticket_type_id, lower(email)) where state = 'waiting' do nothing
    returning id`.execute(tx)
  if (rows.length === 0) return
  await sql`
    update allotment set waiting = waiting + 1
     where event_id = ${type.event_id} and ticket_type_id = ${type.id}`.execute(tx)
  await addToOutbox(tx, announceJoined({ id, ticket_type_id: type.id }, event))
}

async function readTerms(tx: TicketsTx, { eventId, ticketTypeId }: Joining) {
  const event = await tx
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', eventId)
    .where('status', 'in', ['published', 'cancelled'])
    .executeTakeFirst()
  if (!event) throw new DomainError('not-found')
  const type = await tx
    .selectFrom('ticket_type')
    .select(COLUMNS.ticket_type)
    .where('event_id', '=', eventId)
    .where('id', '=', ticketTypeId)
    .where('hidden', '=', false)
    .executeTakeFirst()
  if (!type) throw new DomainError('ticket-type-unknown')
  const { waiting } = await tx
    .selectFrom('allotment')
    .select('waiting')
    .where('event_id', '=', eventId)
    .where('ticket_type_id', '=', ticketTypeId)
    .executeTakeFirstOrThrow()
  return { event, type, waiting }
}

/** Nobody waits for what will not be sold, nor for what is sold only along with a ticket. */
function assertSaleOpen(event: EventRow, type: TicketTypeRow, now: Date): void {
  const end = type.sales_end_at ?? event.ends_at
  if (event.status === 'cancelled') throw new DomainError('event-cancelled')
  if (event.closed_at) throw new DomainError('sale-closed')
  if (now >= end) throw new DomainError('sale-ended', { salesEndAt: end.toISOString() })
  if (type.sales_start_at && now < type.sales_start_at) {
    throw new DomainError('not-on-sale', { salesStartAt: type.sales_start_at.toISOString() })
  }
  if (type.paused) throw new DomainError('sale-paused')
  if (type.add_on_to.length > 0) throw new DomainError('add-on-alone')
}
