import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface PaymentFailed {
  orderId: string
  eventId: string
  organizerId: string
  expiresAt: string
}

/** Who is still at the checkout sees it there, and tries again at once: only who has left needs a mail. */
const WAIT_MS = 90_000

/** tickets.payment-failed.v1 → the way back to the checkout, once per order, unless it was paid meanwhile. */
export function onPaymentFailed(now: () => Date) {
  return async (tx: Tx, { data }: Message<PaymentFailed>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.orderId,
        kind: 'payment-failed',
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
        dueAt: new Date(now().getTime() + WAIT_MS),
      },
    ])
  }
}
