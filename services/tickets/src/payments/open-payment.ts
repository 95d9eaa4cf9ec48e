import { inTransaction } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow } from '../db.ts'
import { inLanguage } from '../events/texts.ts'
import { announceTransfer } from '../orders/announce.ts'
import { checkPayment } from './check-payment.ts'
import { providerOf } from './providers.ts'

/**
 * Opens a pending payment at its provider, unless it is open already, and records the reference. Outside any transaction.
 * Killed between the two, the next call gets the same session, because the payment's id is the provider's idempotency key.
 * @throws DomainError `payment-over` when we gave the payment up while the provider opened it.
 */
export async function openPayment(ctx: Context, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.state !== 'pending' || payment.provider_reference) return payment
  const order = await ctx.db
    .selectFrom('orders')
    .innerJoin('event', 'event.event_id', 'orders.event_id')
    .select(['orders.organizer_id', 'orders.locale', 'orders.buyer_email', 'orders.expires_at', 'event.title'])
    .where('orders.event_id', '=', payment.event_id)
    .where('orders.id', '=', payment.order_id)
    .executeTakeFirstOrThrow()
  const provider = await providerOf(ctx, payment)
  const opened = await provider.open({
    paymentId: toId('pay', payment.id),
    amountMinor: payment.amount_minor,
    currency: payment.currency,
    returnUrl: payment.return_url ?? ctx.config.publicUrl,
    description: inLanguage(order.title, order.locale).slice(0, 200),
    locale: order.locale,
    buyerEmail: order.buyer_email,
    expiresAt: order.expires_at,
  })
  const recorded = await recordOpened(ctx, payment, order, opened)
  if (recorded) return recorded
  const current = await readPayment(ctx, payment)
  if (current.state !== 'failed') return current
  // The poll found nothing at a slow provider and gave it up: nobody would ask about this page again, so nobody may pay there.
  await provider.close(opened.reference)
  await checkPayment(ctx, { ...current, provider_reference: opened.reference })
  throw new DomainError('payment-over')
}

/** Only what is still awaited, and only by the first of several that opened it. */
async function recordOpened(
  ctx: Context,
  payment: PaymentRow,
  order: Pick<OrderRow, 'organizer_id'>,
  opened: { reference: string; redirectUrl: string },
): Promise<PaymentRow | undefined> {
  return inTransaction(ctx.db, async (tx) => {
    const recorded = await tx
      .updateTable('payment')
      .set({ provider_reference: opened.reference, redirect_url: opened.redirectUrl || null, return_url: null })
      .where('event_id', '=', payment.event_id)
      .where('id', '=', payment.id)
      .where('state', '=', 'pending')
      .where('provider_reference', 'is', null)
      .returning(COLUMNS.payment)
      .executeTakeFirst()
    if (recorded?.provider === 'bank-transfer') await addToOutbox(tx, announceTransfer(recorded, order))
    return recorded
  })
}

async function readPayment(ctx: Context, { event_id, id }: PaymentRow): Promise<PaymentRow> {
  return ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', event_id)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}
