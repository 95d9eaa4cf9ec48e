import { ProviderError } from '../provider.ts'

/** Stripe writes these with two decimals that must be zero, ISO 4217 with none. */
const PADDED = new Set(['ISK', 'UGX'])
/** Stripe writes these without decimals, ISO 4217 with two. */
const WHOLE = new Set(['MGA'])
/** Three decimals for both; Stripe takes only multiples of ten. */
const TENS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])
/** Stripe takes no such money, and might read the amount with other decimals than ours. */
const UNKNOWN = new Set(['CLF', 'IQD', 'LYD', 'UYI', 'UYW'])

/** The least that Stripe charges, in its own units; of other currencies it says so itself, by the account's. */
const MINIMUM: Record<string, number> = {
  AED: 200,
  AUD: 50,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 1_500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  INR: 50,
  JPY: 50,
  MXN: 1_000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 1_000,
  USD: 50,
}

/**
 * Our minor units (ISO 4217) as Stripe's.
 * @throws ProviderError `refused` for an amount that Stripe cannot express: nothing is ever rounded.
 */
export function toStripeAmount(amountMinor: number, currency: string): number {
  if (UNKNOWN.has(currency)) throw new ProviderError('refused', `Stripe does not take ${currency}`)
  if (PADDED.has(currency)) return amountMinor * 100
  const step = WHOLE.has(currency) ? 100 : TENS.has(currency) ? 10 : 1
  if (amountMinor % step !== 0) {
    throw new ProviderError('refused', `Stripe takes ${currency} only in steps of ${step} of its smallest unit`)
  }
  return WHOLE.has(currency) ? amountMinor / 100 : amountMinor
}

/** Stripe's units as ours. */
export function fromStripeAmount(amount: number, currency: string): number {
  if (WHOLE.has(currency)) return amount * 100
  if (!PADDED.has(currency)) return amount
  if (amount % 100 !== 0) throw new RangeError(`Stripe speaks of ${amount} ${currency}, which is not whole`)
  return amount / 100
}

/** @throws ProviderError `refused` when Stripe would not charge so little. */
export function assertChargeable(amount: number, currency: string): void {
  const minimum = MINIMUM[currency]
  if (minimum !== undefined && amount < minimum) {
    throw new ProviderError('refused', `Stripe charges no less than ${minimum} ${currency} in its smallest unit`)
  }
}
