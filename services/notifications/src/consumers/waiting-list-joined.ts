import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

interface WaitingListJoined {
  entryId: string
  eventId: string
  organizerId: string
}

/** tickets.waiting-list-joined.v1 → the link with which to look and to leave, once per entry. */
export function onWaitingListJoined(now: () => Date) {
  return async (tx: Tx, { data }: Message<WaitingListJoined>): Promise<void> => {
    await addDeliveries(tx, now(), [
      {
        source: data.entryId,
        kind: 'waiting-list-joined',
        channel: 'email',
        recipientKey: uuidOf('wle', data.entryId),
        eventId: uuidOf('evt', data.eventId),
        organizerId: uuidOf('org', data.organizerId),
      },
    ])
  }
}
