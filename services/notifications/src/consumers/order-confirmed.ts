import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface OrderConfirmed {
  orderId: string
  eventId: string
  organizerId: string
}

/** tickets.order-confirmed.v1 → the buyer gets the tickets, once per order. */
export function onOrderConfirmed(now: () => Date) {
  return async (tx: Tx, { data }: Message<OrderConfirmed>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.orderId,
        kind: 'order-confirmation',
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
