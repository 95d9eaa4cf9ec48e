import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface OrderRefunded {
  orderId: string
  eventId: string
  organizerId: string
}

/** tickets.order-refunded.v1 → the buyer is told, once per order: refunds are of whole orders. */
export function onOrderRefunded(now: () => Date) {
  return async (tx: Tx, { data }: Message<OrderRefunded>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.orderId,
        kind: 'order-refund',
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
