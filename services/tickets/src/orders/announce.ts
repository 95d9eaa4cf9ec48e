import type { OutboxEntry } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { OrderRow } from '../db.ts'

/** The message about an order: ids alone. Who needs more asks for the order, and gets its present state. */
export function announceOrder(
  type: 'tickets.order-confirmed.v1' | 'tickets.order-refunded.v1',
  order: Pick<OrderRow, 'event_id' | 'id' | 'organizer_id'>,
  more: { reason?: string; refundId?: string } = {},
): OutboxEntry {
  const orderId = toId('ord', order.id)
  return {
    type,
    subject: orderId,
    data: { orderId, eventId: toId('evt', order.event_id), organizerId: toId('org', order.organizer_id), ...more },
  }
}
