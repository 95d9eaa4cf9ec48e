import type { Message } from '@guichet/messaging'
import type { TicketsTx } from '../db.ts'
import { dropEvent } from '../events/keep-event.ts'

interface EventDeleted {
  eventId: string
  organizerId: string
  version: number
}

/** events.event-deleted.v1: it had no orders (its closure was granted); from here on it does not exist. */
export async function eventDeleted(tx: TicketsTx, message: Message<EventDeleted>): Promise<void> {
  await dropEvent(tx, message.data, message.time)
}
