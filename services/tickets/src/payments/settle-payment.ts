import { inTransaction } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow, type TicketsTx } from '../db.ts'
import { charge } from '../ledger/entries.ts'
import { postLedger } from '../ledger/post-ledger.ts'
import { announceFailedPayment } from '../orders/announce.ts'
import { confirmExpiredOrder, confirmHeldOrders } from '../orders/confirm-order.ts'
import { lockOrder } from '../orders/find-order.ts'
import { addRefund } from '../refunds/add-refund.ts'
import { finishRefund } from '../refunds/finish-refund.ts'
import type { PaymentProblem } from './payment.ts'
import type { ProviderPayment } from './provider.ts'

/** What a provider says of a payment, and the webhook by which we heard of it. */
export interface Settlement {
  payment: Pick<PaymentRow, 'event_id' | 'id' | 'order_id'>
  found: ProviderPayment
  webhook?: { provider: string; accountId: string | null; webhookId: string } | undefined
}

/**
 * Draws the conclusion from what the provider says of a payment, whoever asked: webhook, return page or our own poll. One
 * transaction: payment, order, stock, tickets, number, message, and the webhook's row. Money that cannot buy its order any
 * more becomes a refund there and then. Repeated, or at once with another, it has one effect.
 */
export async function settlePayment(ctx: Context, settlement: Settlement): Promise<void> {
  // Nothing to be done before the buyer or the bank has decided, and nothing to be remembered.
  if (settlement.found.state === 'open' || settlement.found.state === 'processing') return
  if ((await ctx.settlements.submit(settlement)) === 'settled') return
  await settleAlone(ctx, settlement)
}

/** Any case, in a transaction of its own. */
async function settleAlone(ctx: Context, { payment, found, webhook }: Settlement): Promise<void> {
  const refundId = await inTransaction(ctx.db, async (tx) => {
    if (webhook && !(await isFirstWebhook(tx, webhook))) return undefined
    const order = await lockOrder(tx, { event_id: payment.event_id, id: payment.order_id })
    const current = await lockPayment(tx, payment)
    if (found.state === 'failed') await fail(ctx, tx, current, order)
    if (found.state !== 'succeeded' || current.state === 'succeeded' || current.state === 'refunded') return undefined
    const now = await ctx.time(tx)
    const problem = await takeMoney(tx, order, current, found, now)
    await recordCharge(tx, current, found, problem, now)
    await postLedger(tx, [charge(order, current, found, now)])
    if (!problem) return undefined
    ctx.log.warn(
      { payment: current.id, order: order.id, problem },
      'money arrived that cannot buy its order: refunding',
    )
    return addRefund(tx, {
      order,
      payment: current,
      reason: problem,
      amountMinor: found.amountMinor,
      currency: found.currency,
      now,
    })
  })
  // Already promised by its row; if the provider is away, the job does it.
  if (refundId) await finishRefund(ctx, refundId).catch((error) => ctx.log.warn({ err: error }, 'refund put off'))
}

async function isFirstWebhook(tx: TicketsTx, webhook: NonNullable<Settlement['webhook']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('payment_event')
    .values({ provider: webhook.provider, account_id: webhook.accountId, webhook_id: webhook.webhookId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

async function lockPayment(tx: TicketsTx, payment: Pick<PaymentRow, 'event_id' | 'id'>): Promise<PaymentRow> {
  return tx
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

/** Buys the order with money that has arrived, or says why it cannot. */
async function takeMoney(
  tx: TicketsTx,
  order: OrderRow,
  payment: PaymentRow,
  found: ProviderPayment,
  now: Date,
): Promise<PaymentProblem | undefined> {
  if (found.amountMinor !== payment.amount_minor || found.currency !== payment.currency) return 'amount-mismatch'
  if (order.state === 'confirmed' || order.state === 'refunded') return 'duplicate-payment'
  const event = await tx
    .selectFrom('event')
    .select('status')
    .where('event_id', '=', order.event_id)
    .executeTakeFirstOrThrow()
  if (event.status === 'cancelled') return 'event-cancelled'
  const purchase = { order, mode: payment.mode }
  if (order.state === 'held') await confirmHeldOrders(tx, [purchase], now)
  else if (order.state !== 'expired' || !(await confirmExpiredOrder(tx, purchase, now))) return 'late-payment'
  return undefined
}

async function recordCharge(
  tx: TicketsTx,
  payment: PaymentRow,
  found: ProviderPayment,
  problem: PaymentProblem | undefined,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('payment')
    .set({
      state: 'succeeded',
      provider_reference: found.reference,
      charged_minor: found.amountMinor,
      charged_currency: found.currency,
      problem: problem ?? null,
      settled_at: now,
    })
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .execute()
}

async function fail(ctx: Context, tx: TicketsTx, payment: PaymentRow, order: OrderRow): Promise<void> {
  const now = await ctx.time(tx)
  const { numUpdatedRows } = await tx
    .updateTable('payment')
    .set({ state: 'failed', settled_at: now })
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  const again = order.state === 'held' && order.expires_at > now && order.buyer_email !== null
  if (numUpdatedRows === 1n && again) await addToOutbox(tx, announceFailedPayment(payment, order))
}
