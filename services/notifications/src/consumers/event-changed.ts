import type { Message } from '@guichet/messaging'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { type EventSnapshot, keepEvent } from '../events/keep-event.ts'
import { noteVersion } from '../events/note-version.ts'

/**
 * events.event-published, -updated, -rescheduled → our copy, and what attendees must be told of it once the organizer has
 * stopped changing it.
 */
export function onEventChanged({ now, config }: Pick<Context, 'now' | 'config'>) {
  return async (tx: Tx, message: Message<EventSnapshot & { previousStartsAt?: string }>): Promise<void> => {
    await keepEvent(tx, now(), message)
    await noteVersion(tx, now(), config.changeWaitSeconds, message)
  }
}
