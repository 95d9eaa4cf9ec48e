import { toId } from '@guichet/server'
import { Type } from 'typebox'
import type { RefundRow } from '../db.ts'

export type RefundReason = 'requested' | 'event-cancelled' | 'late-payment' | 'duplicate-payment' | 'amount-mismatch'

export const RefundAnswer = Type.Object({
  id: Type.String(),
  orderId: Type.String(),
  paymentId: Type.String(),
  amountMinor: Type.Integer(),
  currency: Type.String(),
  reason: Type.String(),
  state: Type.Union([Type.Literal('pending'), Type.Literal('succeeded')]),
})

export function presentRefund(row: RefundRow) {
  return {
    id: toId('rfd', row.id),
    orderId: toId('ord', row.order_id),
    paymentId: toId('pay', row.payment_id),
    amountMinor: row.amount_minor,
    currency: row.currency,
    reason: row.reason,
    state: row.state,
  }
}
