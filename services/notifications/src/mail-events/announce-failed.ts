import { addToOutbox } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { Tx } from '../db.ts'
import type { Channel, Kind } from '../kinds.ts'

interface Failed {
  id: string
  kind: Kind
  channel: Channel
  orderId: string | null
  eventId: string | null
  organizerId: string | null
}

/** notifications.delivery-failed.v1: the public event stream tells organizers. */
export async function announceFailed(tx: Tx, delivery: Failed, state: 'failed' | 'bounced'): Promise<void> {
  const { id, kind, channel, orderId, eventId, organizerId } = delivery
  const deliveryId = toId('dlv', id)
  await addToOutbox(tx, {
    type: 'notifications.delivery-failed.v1',
    subject: deliveryId,
    data: {
      deliveryId,
      kind,
      channel,
      state,
      organizerId: organizerId && toId('org', organizerId),
      orderId: orderId && toId('ord', orderId),
      eventId: eventId && toId('evt', eventId),
    },
  })
}
