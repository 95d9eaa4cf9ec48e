import type { Message } from '@guichet/messaging'
import { holdReminderDue } from '../content/held-order.ts'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface HoldReminderRequested {
  orderId: string
  eventId: string
  organizerId: string
  expiresAt: string
}

/** tickets.hold-reminder-requested.v1 → one mail before the places are let go, once per order. */
export function onHoldReminderRequested(now: () => Date) {
  return async (tx: Tx, { data }: Message<HoldReminderRequested>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.orderId,
        kind: 'hold-reminder',
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
        dueAt: holdReminderDue(data.expiresAt),
      },
    ])
  }
}
