import type { Message } from '@guichet/messaging'
import type { EventFacts, Tx } from '../db.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { type EventSnapshot, keepEvent } from '../events/keep-event.ts'
import { uuidOf } from '../message-ids.ts'

/** events.event-cancelled.v1 → everyone with an order is told, once per event: a cancelled event stays cancelled. */
export function onEventCancelled(now: () => Date) {
  return async (tx: Tx, message: Message<EventSnapshot & Pick<EventFacts, 'cancellationReason'>>): Promise<void> => {
    const { eventId, organizerId, ...facts } = message.data
    await keepEvent(tx, now(), message)
    await addAnnouncement(tx, now(), {
      kind: 'event-cancelled',
      source: eventId,
      eventId: uuidOf('evt', eventId),
      organizerId: uuidOf('org', organizerId),
      facts,
    })
  }
}
