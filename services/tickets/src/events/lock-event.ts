import { DomainError } from '@guichet/problem'
import { COLUMNS, type EventRow, type TicketsTx } from '../db.ts'

/** Locks the event to the end of the transaction, so that its types, pools and codes change one after the other. */
export async function lockEvent(tx: TicketsTx, eventUuid: string): Promise<EventRow> {
  const event = await tx
    .selectFrom('event')
    .select(COLUMNS.event)
    .where('event_id', '=', eventUuid)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!event || event.status === 'deleted') throw new DomainError('not-found')
  return event
}

/** The same, for what only makes sense while the event can still be sold. */
export async function lockSellableEvent(tx: TicketsTx, eventUuid: string): Promise<EventRow> {
  const event = await lockEvent(tx, eventUuid)
  if (event.status === 'cancelled') throw new DomainError('event-cancelled')
  if (event.closed_at) throw new DomainError('sale-closed')
  return event
}
