import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casesOf } from '../../../tests/runs.ts'
import { PRICE_MINOR_MAX } from '../../money/currency.ts'
import { ProviderError } from '../provider.ts'
import { fromPayPalMoney, toPayPalMoney } from './paypal-money.ts'
import { fromStripeAmount, toStripeAmount } from './stripe-money.ts'

const amount = fc.integer({ min: 1, max: PRICE_MINOR_MAX })
const currency = fc.constantFrom(
  'EUR',
  'JPY',
  'KWD',
  'HUF',
  'TWD',
  'ISK',
  'UGX',
  'MGA',
  'BHD',
  'IQD',
  'KRW',
  'CLF',
  'XAF',
)

/** What became of an amount that went to the vendor and came back; undefined when the vendor cannot express it. */
function thereAndBack(minor: number, code: string, via: (minor: number, code: string) => number): number | undefined {
  try {
    return via(minor, code)
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'refused') return undefined
    throw error
  }
}

describe('an amount', () => {
  it('comes back from Stripe as it went, or is refused', () => {
    const via = (minor: number, code: string) => fromStripeAmount(toStripeAmount(minor, code), code)
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        expect([undefined, minor]).toContain(thereAndBack(minor, code, via))
      }),
      casesOf(1_000),
    )
  })

  it('comes back from PayPal as it went, or is refused', () => {
    const via = (minor: number, code: string) => fromPayPalMoney(toPayPalMoney(minor, code)).amountMinor
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        expect([undefined, minor]).toContain(thereAndBack(minor, code, via))
      }),
      casesOf(1_000),
    )
  })

  it.each([
    ['EUR', 4_900, 4_900],
    ['JPY', 500, 500],
    ['ISK', 500, 50_000],
    ['UGX', 500, 50_000],
    ['MGA', 50_000, 500],
    ['KWD', 5_120, 5_120],
    ['HUF', 10_050, 10_050],
  ])('in %s of %i minor units is %i to Stripe', (code, minor, expected) => {
    expect(toStripeAmount(minor, code)).toBe(expected)
  })

  it.each([
    ['EUR', 5, '0.05'],
    ['EUR', 4_900, '49.00'],
    ['EUR', 100_000_000_000, '1000000000.00'],
    ['JPY', 500, '500'],
    ['HUF', 490_000, '4900'],
    ['TWD', 100, '1'],
  ])('in %s of %i minor units is %s to PayPal', (code, minor, value) => {
    expect(toPayPalMoney(minor, code)).toEqual({ currency_code: code, value })
  })

  it('is never a fraction, whatever PayPal writes', () => {
    expect(fromPayPalMoney({ currency_code: 'EUR', value: '49' })).toEqual({ amountMinor: 4_900, currency: 'EUR' })
    expect(fromPayPalMoney({ currency_code: 'EUR', value: '49.5' })).toEqual({ amountMinor: 4_950, currency: 'EUR' })
    expect(fromPayPalMoney({ currency_code: 'JPY', value: '500.00' })).toEqual({ amountMinor: 500, currency: 'JPY' })
    for (const value of ['49.005', 'NaN', '', '1e3', '99999999999999999.00']) {
      expect(() => fromPayPalMoney({ currency_code: 'EUR', value }), value).toThrow(RangeError)
    }
  })
})
