import { newUuid } from '@guichet/server'
import type { OrderRow, PaymentRow, TicketsTx } from '../db.ts'
import type { RefundReason } from './refund.ts'

interface NewRefund {
  order: Pick<OrderRow, 'event_id' | 'id'>
  payment: Pick<PaymentRow, 'id'>
  reason: RefundReason
  amountMinor: number
  currency: string
  requestedBy?: string
  /** When the job first tries; by default it leaves the caller time to do so. */
  firstAttemptAt?: Date
  now: Date
}

/**
 * Promises a refund of a whole payment: the row that the job works off. `order` is locked. Undefined when this payment has
 * a refund already.
 */
export async function addRefund(tx: TicketsTx, refund: NewRefund): Promise<string | undefined> {
  const added = await tx
    .insertInto('refund')
    .values({
      event_id: refund.order.event_id,
      id: newUuid(),
      order_id: refund.order.id,
      payment_id: refund.payment.id,
      reason: refund.reason,
      state: 'pending',
      amount_minor: refund.amountMinor,
      currency: refund.currency,
      requested_by: refund.requestedBy ?? null,
      created_at: refund.now,
      next_attempt_at: refund.firstAttemptAt ?? new Date(refund.now.getTime() + 10_000),
    })
    .onConflict((conflict) => conflict.constraint('refund_once_per_payment').doNothing())
    .returning('id')
    .executeTakeFirst()
  return added?.id
}
