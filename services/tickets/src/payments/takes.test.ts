import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { PRICE_MINOR_MAX } from '../money/currency.ts'
import { PROVIDERS } from './provider.ts'
import { takes } from './takes.ts'

it.each([
  ['stripe', 'EUR', 49, false],
  ['stripe', 'EUR', 50, true],
  ['stripe', 'JPY', 49, false],
  ['stripe', 'JPY', 50, true],
  ['stripe', 'HUF', 17_499, false],
  ['stripe', 'KWD', 5_125, false],
  ['stripe', 'KWD', 5_120, true],
  ['stripe', 'IQD', 5_000, false],
  ['paypal', 'EUR', 1, true],
  ['paypal', 'KWD', 5_120, false],
  ['paypal', 'MAD', 5_000, false],
  ['paypal', 'HUF', 490_050, false],
  ['paypal', 'HUF', 490_000, true],
  ['paypal', 'JPY', 1, true],
  ['bank-transfer', 'KWD', 5_125, true],
  ['simulated', 'IQD', 1, true],
] as const)('%s, asked for %s %i, can take it: %s', (provider, currency, amountMinor, expected) => {
  expect(takes(provider, { amountMinor, currency })).toBe(expected)
})

it('answers for every provider, currency and amount', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PROVIDERS),
      fc.constantFrom('EUR', 'JPY', 'KWD', 'HUF', 'ISK', 'MGA', 'CLF', 'XAF'),
      fc.integer({ min: 1, max: PRICE_MINOR_MAX }),
      (provider, currency, amountMinor) => {
        expect(typeof takes(provider, { amountMinor, currency })).toBe('boolean')
      },
    ),
    casesOf(500),
  )
})
