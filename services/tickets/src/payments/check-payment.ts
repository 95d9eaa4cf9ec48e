import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow, type PaymentRow } from '../db.ts'
import { FREE } from './payment.ts'
import type { ProviderPayment } from './provider.ts'
import { providerOf } from './providers.ts'
import { settlePayment } from './settle-payment.ts'

/** Asks the provider what became of a payment and draws the conclusion. */
export async function checkPayment(ctx: Context, payment: PaymentRow): Promise<ProviderPayment | undefined> {
  const found =
    payment.provider === FREE
      ? nothingToPay(payment)
      : await (await providerOf(ctx, payment)).find({
          paymentId: toId('pay', payment.id),
          reference: payment.provider_reference,
        })
  if (found) await settlePayment(ctx, { payment, found })
  return found
}

/** Who has nothing to pay has paid; only the order must still be made final, by the same way as all. */
function nothingToPay(payment: PaymentRow): ProviderPayment {
  const { id, amount_minor, currency } = payment
  return { reference: toId('pay', id), state: 'succeeded', amountMinor: amount_minor, currency, redirectUrl: '' }
}

/**
 * Asks the provider, and if the buyer has not decided yet, takes the chance away: for an order that ends or has ended.
 * Afterwards the payment is settled, unless the bank is still at it (`processing`).
 */
export async function closePayment(ctx: Context, payment: PaymentRow): Promise<ProviderPayment | undefined> {
  const found = await checkPayment(ctx, payment)
  if (found?.state !== 'open') return found
  await (await providerOf(ctx, payment)).close(found.reference)
  return checkPayment(ctx, { ...payment, provider_reference: found.reference })
}

export async function pendingPayment(
  ctx: Context,
  order: Pick<OrderRow, 'event_id' | 'id'>,
): Promise<PaymentRow | undefined> {
  return ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', order.event_id)
    .where('order_id', '=', order.id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
}
