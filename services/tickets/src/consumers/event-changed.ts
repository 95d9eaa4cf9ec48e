import type { Message } from '@guichet/messaging'
import type { TicketsTx } from '../db.ts'
import type { EventFacts } from '../events/event.ts'
import { keepEvent } from '../events/keep-event.ts'

/** events.event-published, -updated, -rescheduled, -cancelled: each holds the whole event, so each renews our copy. */
export async function eventChanged(tx: TicketsTx, message: Message<EventFacts>): Promise<void> {
  await keepEvent(tx, message.data)
}
