import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

export interface TicketTransferred {
  ticketId: string
  orderId: string
  eventId: string
  organizerId: string
  issue: number
}

/** tickets.ticket-transferred.v1 → the new holder gets the ticket, and the buyer is told; once for each time. */
export function onTicketTransferred(now: () => Date) {
  return async (tx: Tx, { data }: Message<TicketTransferred>): Promise<void> => {
    const about = transferOf(data)
    await addDeliveries(tx, now(), [
      { ...about, kind: 'ticket-received' },
      { ...about, kind: 'ticket-passed-on', recipientKey: about.orderId },
    ])
  }
}

/** What messages about one transfer have in common: their source is the ticket in the issue that the holder has. */
export function transferOf({ ticketId, orderId, eventId, organizerId, issue }: TicketTransferred) {
  return {
    source: `${ticketId} ${Number(issue)}`,
    channel: 'email',
    recipientKey: uuidOf('tkt', ticketId),
    orderId: uuidOf('ord', orderId),
    eventId: uuidOf('evt', eventId),
    organizerId: uuidOf('org', organizerId),
  } as const
}
