import type { Message } from '@guichet/messaging'
import type { EventFacts, Tx } from '../db.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { uuidOf } from '../message-ids.ts'

interface EventCancelled extends EventFacts {
  eventId: string
  organizerId: string
}

/** events.event-cancelled.v1 → everyone with an order is told, once per event: a cancelled event stays cancelled. */
export function onEventCancelled(now: () => Date) {
  return async (tx: Tx, { data }: Message<EventCancelled>): Promise<void> => {
    const { eventId, organizerId, ...facts } = data
    await addAnnouncement(tx, now(), {
      kind: 'event-cancelled',
      source: eventId,
      eventId: uuidOf('evt', eventId),
      organizerId: uuidOf('org', organizerId),
      facts,
    })
  }
}
