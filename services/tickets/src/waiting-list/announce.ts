import type { OutboxEntry } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { EventRow, WaitingEntryRow } from '../db.ts'

/** Somebody has joined. Ids alone: address and link are asked for when the mail is written. */
export function announceJoined(
  entry: Pick<WaitingEntryRow, 'id' | 'ticket_type_id'>,
  event: Pick<EventRow, 'event_id' | 'organizer_id'>,
): OutboxEntry {
  const entryId = toId('wle', entry.id)
  return {
    type: 'tickets.waiting-list-joined.v1',
    subject: entryId,
    data: {
      entryId,
      eventId: toId('evt', event.event_id),
      organizerId: toId('org', event.organizer_id),
      ticketTypeId: toId('typ', entry.ticket_type_id),
    },
  }
}
