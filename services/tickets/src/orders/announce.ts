import type { OutboxEntry } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { OrderRow, PaymentRow } from '../db.ts'

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

/** The buyer has chosen to pay at the bank, and is to be told where: once per payment. */
export function announceTransfer(
  payment: Pick<PaymentRow, 'event_id' | 'id' | 'order_id'>,
  order: Pick<OrderRow, 'organizer_id'>,
): OutboxEntry {
  const orderId = toId('ord', payment.order_id)
  return {
    type: 'tickets.transfer-awaited.v1',
    subject: orderId,
    data: {
      orderId,
      paymentId: toId('pay', payment.id),
      eventId: toId('evt', payment.event_id),
      organizerId: toId('org', order.organizer_id),
    },
  }
}

/** A payment came to nothing while its places are still held: the buyer can try again. */
export function announceFailedPayment(
  payment: Pick<PaymentRow, 'id'>,
  order: Pick<OrderRow, 'event_id' | 'expires_at' | 'id' | 'organizer_id'>,
): OutboxEntry {
  const orderId = toId('ord', order.id)
  return {
    type: 'tickets.payment-failed.v1',
    subject: orderId,
    data: {
      orderId,
      paymentId: toId('pay', payment.id),
      eventId: toId('evt', order.event_id),
      organizerId: toId('org', order.organizer_id),
      expiresAt: order.expires_at.toISOString(),
    },
  }
}

/** The buyer wants to be reminded before the places are let go: by whoever writes to people, if they still are held then. */
export function announceHoldReminder(
  order: Pick<OrderRow, 'event_id' | 'expires_at' | 'id' | 'organizer_id'>,
): OutboxEntry {
  const orderId = toId('ord', order.id)
  return {
    type: 'tickets.hold-reminder-requested.v1',
    subject: orderId,
    data: {
      orderId,
      eventId: toId('evt', order.event_id),
      organizerId: toId('org', order.organizer_id),
      expiresAt: order.expires_at.toISOString(),
    },
  }
}
