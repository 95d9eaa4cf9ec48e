import { inTransaction } from '@guichet/database'
import { newUuid, parseId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type DisputeRow, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { dispute as disputeEntry, providerAccount } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { lockOrder } from '../orders/find-order.ts'
import type { ProviderDispute } from '../payments/provider.ts'

/**
 * Records what a provider says of a dispute now: opened, won, or lost, and the money that moved. Repeated, or out of order, it
 * has one effect; what was decided stays decided. False when the payment is none of ours.
 */
export async function recordDispute(ctx: Context, found: ProviderDispute): Promise<boolean> {
  const paymentUuid = found.paymentId && parseId('pay', found.paymentId)
  const known = paymentUuid
    ? await ctx.db.selectFrom('payment').select(COLUMNS.payment).where('id', '=', paymentUuid).executeTakeFirst()
    : undefined
  if (!known) return false
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id: known.event_id, id: known.order_id })
    // With the payment locked, as by who plans a refund: the money is either disputed, or on its way back.
    const payment = await lockPayment(tx, known)
    const before = await findDispute(tx, payment, found)
    const now = await ctx.time(tx)
    if (!before) await open(tx, order, payment, found, now)
    else if (before.state === 'open') await update(tx, order, payment, before, found, now)
  })
  return true
}

async function open(tx: TicketsTx, order: OrderRow, payment: PaymentRow, found: ProviderDispute, now: Date) {
  const row = await tx
    .insertInto('dispute')
    .values({
      event_id: order.event_id,
      id: newUuid(),
      order_id: order.id,
      payment_id: payment.id,
      provider: payment.provider,
      provider_reference: found.reference,
      state: 'open',
      amount_minor: found.amountMinor,
      currency: found.currency,
      reason: found.reason.slice(0, 500),
      respond_by: found.respondBy ?? null,
      opened_at: now,
    })
    .returning(COLUMNS.dispute)
    .executeTakeFirstOrThrow()
  await post(tx, 'opened', order, payment, row, now)
  if (found.state !== 'open') await update(tx, order, payment, row, found, now)
}

async function update(
  tx: TicketsTx,
  order: OrderRow,
  payment: PaymentRow,
  row: DisputeRow,
  found: ProviderDispute,
  now: Date,
) {
  await tx
    .updateTable('dispute')
    .set({
      state: found.state,
      reason: found.reason.slice(0, 500),
      respond_by: found.respondBy ?? null,
      closed_at: found.state === 'open' ? null : now,
    })
    .where('event_id', '=', row.event_id)
    .where('id', '=', row.id)
    .execute()
  if (found.state !== 'open') await post(tx, found.state, order, payment, row, now)
}

async function post(
  tx: TicketsTx,
  what: 'opened' | 'won' | 'lost',
  order: OrderRow,
  payment: PaymentRow,
  row: DisputeRow,
  now: Date,
) {
  const disputed = {
    id: row.id,
    amountMinor: row.amount_minor,
    currency: row.currency,
    account: providerAccount(payment),
  }
  await postLedger(tx, [disputeEntry(what, order, disputed, now)])
}

async function lockPayment(tx: TicketsTx, payment: PaymentRow): Promise<PaymentRow> {
  return tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

async function findDispute(
  tx: TicketsTx,
  payment: PaymentRow,
  found: ProviderDispute,
): Promise<DisputeRow | undefined> {
  return tx
    .selectFrom('dispute')
    .select(COLUMNS.dispute)
    .where('event_id', '=', payment.event_id)
    .where('payment_id', '=', payment.id)
    .where('provider_reference', '=', found.reference)
    .executeTakeFirst()
}
