import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import type { Kind } from '../kinds.ts'
import { uuidOf } from '../message-ids.ts'

interface Refunded {
  /** Not in messages of earlier releases. */
  refundId?: string
  orderId: string
  eventId: string
  organizerId: string
}

/**
 * tickets.order-refunded.v1, tickets.order-partially-refunded.v1, tickets.payment-refunded.v1 → the buyer is told, once per
 * refund.
 */
export function onRefunded(
  kind: Extract<Kind, 'order-refund' | 'order-partial-refund' | 'payment-refund'>,
  now: () => Date,
) {
  return async (tx: Tx, { data }: Message<Refunded>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.refundId ?? data.orderId,
        kind,
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
