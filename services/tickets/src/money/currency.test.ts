import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isCurrency, PRICE_MINOR_MAX, totalMinor } from './currency.ts'

// S-46: money is integers of minor units, whatever the currency's decimals; there is nothing to round.
it('adds up to the unit, for any order that the limits allow', () => {
  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    unitPriceMinor: fc.integer({ min: 0, max: PRICE_MINOR_MAX }),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const exact = lines.reduce((sum, one) => sum + BigInt(one.quantity) * BigInt(one.unitPriceMinor), 0n)
      expect(BigInt(totalMinor(lines))).toBe(exact)
    }),
    { numRuns: 1_000 },
  )
})

it('would rather fail than be one unit wrong', () => {
  expect(() => totalMinor([{ quantity: 1_000_000, unitPriceMinor: PRICE_MINOR_MAX }])).toThrow(RangeError)
})

it('knows money that is in use, and nothing else', () => {
  for (const code of ['EUR', 'JPY', 'KWD', 'HUF', 'XAF']) expect(isCurrency(code)).toBe(true)
  for (const code of ['FRF', 'DEM', 'XXX', 'BTC', 'eur', '']) expect(isCurrency(code)).toBe(false)
})
