import { newUuid } from '@guichet/server'
import type { OrderRow, PaymentRow, TicketsTx } from '../db.ts'
import { refundPromised } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import type { PaymentProblem } from '../payments/payment.ts'

interface UnspentMoney {
  order: OrderRow
  payment: Pick<PaymentRow, 'id'>
  reason: PaymentProblem
  amountMinor: number
  currency: string
  now: Date
}

/**
 * Promises back all of a payment that bought nothing, in the transaction that recorded its charge. The order and its tickets
 * know nothing of it.
 */
export async function addRefund(tx: TicketsTx, money: UnspentMoney): Promise<string> {
  const { order, now } = money
  const { id } = await tx
    .insertInto('refund')
    .values({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      payment_id: money.payment.id,
      reason: money.reason,
      state: 'pending',
      amount_minor: money.amountMinor,
      currency: money.currency,
      created_at: now,
      next_attempt_at: new Date(now.getTime() + 10_000),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const refund = { id, amount_minor: money.amountMinor, currency: money.currency }
  await postLedger(tx, [refundPromised(order, refund, 'unspent', now)])
  return id
}
