import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { OPEN_STATES, type State } from '../kinds.ts'
import { uuidOf } from '../message-ids.ts'

const WAITING: readonly State[] = OPEN_STATES.filter((state) => state !== 'sending')

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
    const known = await tx
      .selectFrom('delivery')
      .select('state')
      .where('order_id', '=', orderId)
      .where('kind', '=', 'order-confirmation')
      .where('channel', '=', 'email')
      .orderBy('id')
      .forUpdate()
      .execute()
    if (known.some(({ state }) => WAITING.includes(state))) return
    // When the confirmation itself is still on its way to us, this is it: it will come to the new address, once.
    const source = known.length > 0 ? `${data.orderId} address ${Number(data.number)}` : data.orderId
    await addDeliveries(tx, now(), [
      {
        source,
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
