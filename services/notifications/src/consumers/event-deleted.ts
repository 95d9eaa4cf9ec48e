import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { dropEvent, type EventSnapshot } from '../events/keep-event.ts'

/** events.event-deleted.v1 → it had no orders; its reminders are called off. */
export function onEventDeleted(now: () => Date) {
  return (tx: Tx, message: Message<Pick<EventSnapshot, 'eventId' | 'organizerId' | 'version'>>): Promise<void> =>
    dropEvent(tx, now(), message)
}
