import type { Context } from '../context.ts'
import type { PaymentRow } from '../db.ts'
import type { PaymentProvider } from './provider.ts'

/** The provider that has a payment. */
export function providerOf(ctx: Pick<Context, 'providers'>, payment: Pick<PaymentRow, 'provider'>): PaymentProvider {
  const provider = ctx.providers[payment.provider]
  if (!provider) throw new Error(`The payment provider ${payment.provider} is no longer configured`)
  return provider
}
