import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface TransferAwaited {
  orderId: string
  paymentId: string
  eventId: string
  organizerId: string
}

/** tickets.transfer-awaited.v1 → where the buyer is to transfer the money to, once per payment. */
export function onTransferAwaited(now: () => Date) {
  return async (tx: Tx, { data }: Message<TransferAwaited>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    await addDeliveries(tx, now(), [
      {
        source: data.paymentId,
        kind: 'transfer-instructions',
        channel: 'email',
        recipientKey: orderId,
        orderId,
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
