import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow } from '../db.ts'
import { inLanguage } from '../events/texts.ts'
import { providerOf } from './providers.ts'

/**
 * Opens a pending payment at its provider, unless it is open already, and records the reference. Outside any transaction.
 * Killed between the two, the next call gets the same session, because the payment's id is the provider's idempotency key.
 */
export async function openPayment(ctx: Context, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.state !== 'pending' || payment.provider_reference) return payment
  const order = await ctx.db
    .selectFrom('orders')
    .innerJoin('event', 'event.event_id', 'orders.event_id')
    .select(['orders.locale', 'orders.buyer_email', 'orders.expires_at', 'event.title'])
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
  return ctx.db
    .updateTable('payment')
    .set({ provider_reference: opened.reference, redirect_url: opened.redirectUrl || null, return_url: null })
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .returning(COLUMNS.payment)
    .executeTakeFirstOrThrow()
}
