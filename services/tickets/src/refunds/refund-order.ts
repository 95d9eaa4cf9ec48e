import { DomainError } from '@guichet/problem'
import { COLUMNS, type OrderRow, type TicketsTx } from '../db.ts'
import { addRefund } from './add-refund.ts'

/** Promises the refund of a whole confirmed order; `order` is locked. Refused for any other, and a second time. */
export async function refundOrder(
  tx: TicketsTx,
  order: OrderRow,
  why: { reason: 'requested' | 'event-cancelled'; requestedBy?: string; firstAttemptAt?: Date },
  now: Date,
): Promise<string> {
  const refused = () => new DomainError('order-not-refundable', { state: order.state })
  if (order.state !== 'confirmed') throw refused()
  const payment = await tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .where('state', '=', 'succeeded')
    .where('problem', 'is', null)
    .executeTakeFirst()
  const refundId =
    payment &&
    (await addRefund(tx, {
      order,
      payment,
      ...why,
      amountMinor: payment.charged_minor ?? payment.amount_minor,
      currency: payment.currency,
      now,
    }))
  if (!refundId) throw refused()
  return refundId
}
