import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { type TicketTransferred, transferOf } from './ticket-transferred.ts'

/** tickets.ticket-taken-back.v1 → who had got the ticket hears that it is no longer good. */
export function onTicketTakenBack(now: () => Date) {
  return async (tx: Tx, { data }: Message<TicketTransferred>): Promise<void> => {
    await addDeliveries(tx, now(), [{ ...transferOf(data), kind: 'ticket-taken-back' }])
  }
}
