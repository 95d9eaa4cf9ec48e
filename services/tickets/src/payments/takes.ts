import { ProviderError, type ProviderName } from './provider.ts'
import { toPayPalMoney } from './providers/paypal-money.ts'
import { assertChargeable, toStripeAmount } from './providers/stripe-money.ts'

export interface Sum {
  amountMinor: number
  currency: string
}

/** Whether a provider can take a sum at all: its currency, its decimals and its minimum, as far as they do not depend on the account. */
export function takes(provider: ProviderName, { amountMinor, currency }: Sum): boolean {
  try {
    if (provider === 'stripe') assertChargeable(toStripeAmount(amountMinor, currency), currency)
    if (provider === 'paypal') toPayPalMoney(amountMinor, currency)
    return true
  } catch (error) {
    if (error instanceof ProviderError) return false
    throw error
  }
}
