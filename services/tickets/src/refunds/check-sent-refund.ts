import { inTransaction } from '@guichet/database'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow, type RefundRow } from '../db.ts'
import { providerAccount, refundPaid } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { lockOrder } from '../orders/find-order.ts'
import { providerOf } from '../payments/providers.ts'
import { findRefund, termsOf } from './finish-refund.ts'

/**
 * Asks the provider about a refund that it had sent: a bank may return it, to an account that is closed. Then it has failed,
 * and is owed again. Money that came back a second time after a member tried again is for the daily reconciliation.
 */
export async function checkSentRefund(ctx: Context, refundId: string): Promise<void> {
  const refund = await findRefund(ctx, refundId)
  if (refund.state !== 'succeeded' || refund.provider_reference === null || refund.settled_by !== null) return
  const payment = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  const found = await (await providerOf(ctx, payment)).findRefund(termsOf(refund, payment))
  if (found?.state === 'failed') await recordReturn(ctx, refund, payment, found.problem ?? 'returned')
}

async function recordReturn(ctx: Context, refund: RefundRow, payment: PaymentRow, words: string): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id: refund.event_id, id: refund.order_id })
    const returned = await tx
      .updateTable('refund')
      .set({ state: 'failed', last_error: words.slice(0, 500) })
      .where('event_id', '=', refund.event_id)
      .where('id', '=', refund.id)
      .where('state', '=', 'succeeded')
      .where('series', '=', refund.series)
      .executeTakeFirst()
    if (returned.numUpdatedRows === 0n) return
    await tx
      .updateTable('payment')
      .set({ state: 'succeeded' })
      .where('event_id', '=', payment.event_id)
      .where('id', '=', payment.id)
      .where('state', '=', 'refunded')
      .execute()
    const sent = refundPaid(order, refund, providerAccount(payment), await ctx.time(tx))
    const postings = sent.postings.map((posting) => ({ ...posting, amountMinor: -posting.amountMinor }))
    await postLedger(tx, [{ ...sent, kind: 'refund-failed', postings }])
  })
}
