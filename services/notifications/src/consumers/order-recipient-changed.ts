import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { OPEN_STATES } from '../kinds.ts'
import { uuidOf } from '../message-ids.ts'

interface OrderRecipientChanged {
  orderId: string
  eventId: string
  organizerId: string
  number: number
}

/**
 * tickets.order-recipient-changed.v1 → the tickets go to the new address, once per correction. A confirmation that is still
 * to be sent finds the new address by itself.
 */
export function onOrderRecipientChanged(now: () => Date) {
  return async (tx: Tx, { data }: Message<OrderRecipientChanged>): Promise<void> => {
    const orderId = uuidOf('ord', data.orderId)
    const waiting = await tx
      .selectFrom('delivery')
      .select('id')
      .where('order_id', '=', orderId)
      .where('kind', '=', 'order-confirmation')
      .where('channel', '=', 'email')
      .where(
        'state',
        'in',
        OPEN_STATES.filter((state) => state !== 'sending'),
      )
      .limit(1)
      .forUpdate()
      .executeTakeFirst()
    if (waiting) return
    await addDeliveries(tx, now(), [
      {
        source: `${data.orderId} address ${Number(data.number)}`,
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
