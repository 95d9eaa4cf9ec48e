import type { Message } from '@guichet/messaging'
import type { EventFacts, Tx } from '../db.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { uuidOf } from '../message-ids.ts'

interface EventRescheduled extends EventFacts {
  eventId: string
  organizerId: string
  version: number
}

/** events.event-rescheduled.v1 → everyone with an order is told the new date, once per version of the event. */
export function onEventRescheduled(now: () => Date) {
  return async (tx: Tx, { data }: Message<EventRescheduled>): Promise<void> => {
    const { eventId, organizerId, ...facts } = data
    await addAnnouncement(tx, now(), {
      kind: 'event-rescheduled',
      source: `${eventId} v${Number(data.version)}`,
      eventId: uuidOf('evt', eventId),
      organizerId: uuidOf('org', organizerId),
      facts,
    })
  }
}
