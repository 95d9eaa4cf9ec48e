import { inTransaction, sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow, type RefundRow, type TicketsTx } from '../db.ts'
import { announceOrder } from '../orders/announce.ts'
import { changeState } from '../orders/change-state.ts'
import { lockOrder } from '../orders/find-order.ts'
import { FREE } from '../payments/payment.ts'
import { providerOf } from '../payments/providers.ts'
import { moveOrders } from '../stock/move-orders.ts'

/**
 * Sends the money of a promised refund back, then records it. Outside any transaction up to there; killed anywhere, it is
 * simply called again: the refund's id is the provider's idempotency key.
 */
export async function finishRefund(ctx: Context, refundId: string): Promise<void> {
  const refund = await ctx.db
    .selectFrom('refund')
    .select(COLUMNS.refund)
    .where('id', '=', refundId)
    .executeTakeFirstOrThrow()
  if (refund.state === 'succeeded') return
  const payment = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  const reference = await sendBack(ctx, refund, payment)
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id: refund.event_id, id: refund.order_id })
    await recordRefund(tx, order, refund, reference, await ctx.time(tx))
  })
  ctx.stock.availability.forget(refund.event_id)
}

async function sendBack(ctx: Context, refund: RefundRow, payment: PaymentRow): Promise<string | null> {
  if (payment.provider === FREE) return null
  if (!payment.provider_reference) throw new Error('A payment without a reference cannot have been charged')
  try {
    const provider = await providerOf(ctx, payment)
    const sent = await provider.refund({
      paymentId: toId('pay', payment.id),
      reference: payment.provider_reference,
      refundId: toId('rfd', refund.id),
      amountMinor: refund.amount_minor,
      currency: refund.currency,
    })
    return sent.reference
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await ctx.db
      .updateTable('refund')
      .set({ last_error: reason.slice(0, 500) })
      .where('event_id', '=', refund.event_id)
      .where('id', '=', refund.id)
      .execute()
    throw error
  }
}

/** One transaction: refund, payment, and, if it is the order's own money, order, tickets, stock and message. */
export async function recordRefund(
  tx: TicketsTx,
  order: OrderRow,
  refund: RefundRow,
  reference: string | null,
  now: Date,
): Promise<void> {
  const recorded = await tx
    .updateTable('refund')
    .set({ state: 'succeeded', settled_at: now, provider_reference: reference, last_error: null })
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  if (recorded.numUpdatedRows === 0n) return
  await tx
    .updateTable('payment')
    .set({ state: 'refunded' })
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .execute()
  if (await isOrdersOwnMoney(tx, refund)) await endOrder(tx, order, now)
  // Of money that was taken twice or wrongly the buyer's order knows nothing: it lives on.
  if (refund.reason === 'duplicate-payment' || refund.reason === 'amount-mismatch') return
  await addToOutbox(tx, announceOrder('tickets.order-refunded.v1', order, { reason: refund.reason }))
}

/** Whether the refunded payment is the one that confirmed the order. */
async function isOrdersOwnMoney(tx: TicketsTx, refund: RefundRow): Promise<boolean> {
  const payment = await tx
    .selectFrom('payment')
    .select('problem')
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  return payment.problem === null
}

async function endOrder(tx: TicketsTx, order: OrderRow, now: Date): Promise<void> {
  if (!(await changeState(tx, order, 'confirmed', 'refunded', now))) {
    throw new Error('A refunded order must have been confirmed')
  }
  await tx
    .updateTable('ticket')
    .set({ state: sql.lit('void') })
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .execute()
  await moveOrders(tx, [order], 'return')
}
