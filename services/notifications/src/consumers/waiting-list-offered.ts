import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface WaitingListOffered {
  entryId: string
  orderId: string
  eventId: string
  organizerId: string
}

/** tickets.waiting-list-offered.v1 → the link to the places that are kept, once per entry: each has one offer. */
export function onWaitingListOffered(now: () => Date) {
  return async (tx: Tx, { data }: Message<WaitingListOffered>): Promise<void> => {
    await addDeliveries(tx, now(), [
      {
        source: data.entryId,
        kind: 'waiting-list-offered',
        channel: 'email',
        recipientKey: uuidOf('wle', data.entryId),
        orderId: uuidOf('ord', data.orderId),
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
