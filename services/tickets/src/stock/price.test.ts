import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { PRICE_MINOR_MAX, stepOf, totalMinor } from '../money/currency.ts'
import type { ProviderName } from '../payments/provider.ts'
import { takes } from '../payments/takes.ts'
import { feeOf } from '../prices/fee.ts'
import { discounted } from './price.ts'

const price = fc.integer({ min: 0, max: PRICE_MINOR_MAX })
const percent = fc.integer({ min: 1, max: 100 })
const step = fc.constantFrom(1, 10, 100)
const byPercent = (priceMinor: number, discountPercent: number, stepMinor = 1) =>
  discounted(priceMinor, { discountPercent, discountMinor: null }, stepMinor)

it('rounds percentages to the nearest step of the currency, halves in the buyer’s favour', () => {
  expect(byPercent(999, 50)).toBe(499)
  expect(byPercent(1, 50)).toBe(0)
  expect(byPercent(1, 49)).toBe(1)
  expect(byPercent(995, 10)).toBe(895)
  expect(byPercent(994, 10)).toBe(895)
  expect(byPercent(5_250, 50, 10)).toBe(2_620)
  expect(byPercent(490_100, 50, 100)).toBe(245_000)
  expect(byPercent(490_100, 49, 100)).toBe(250_000)
})

it('is never more than half a step from the exact price, nor below zero, nor above the full price', () => {
  fc.assert(
    fc.property(price, percent, step, (full, off, stepMinor) => {
      const lowered = byPercent(full, off, stepMinor)
      // In hundredths of a minor unit, where everything is whole.
      const error = BigInt(lowered) * 100n - BigInt(full) * BigInt(100 - off)
      const half = BigInt(stepMinor) * 50n
      expect(error >= -half && error < half).toBe(true)
      expect(lowered % stepMinor === 0 || lowered === full).toBe(true)
      expect(lowered).toBeGreaterThanOrEqual(0)
      expect(lowered).toBeLessThanOrEqual(full)
      expect(byPercent(full, 100, stepMinor)).toBe(0)
    }),
    casesOf(300),
  )
})

it('takes exactly the amount off, down to nothing', () => {
  fc.assert(
    fc.property(price, fc.integer({ min: 1, max: PRICE_MINOR_MAX }), (full, off) => {
      const lowered = discounted(full, { discountPercent: null, discountMinor: off }, 1)
      expect(lowered + Math.min(full, off)).toBe(full)
    }),
    casesOf(300),
  )
})

it('changes nothing where a code only opens a type', () => {
  fc.assert(
    fc.property(price, (full) => {
      expect(discounted(full, { discountPercent: null, discountMinor: null }, 100)).toBe(full)
    }),
    casesOf(300),
  )
})

it('costs no less with a higher price, and no more with a higher percentage', () => {
  fc.assert(
    fc.property(price, price, percent, percent, step, (one, other, little, much, stepMinor) => {
      const [low, high] = one < other ? [one, other] : [other, one]
      expect(byPercent(low, little, stepMinor)).toBeLessThanOrEqual(byPercent(high, little, stepMinor))
      const [less, more] = little < much ? [little, much] : [much, little]
      expect(byPercent(one, more, stepMinor)).toBeLessThanOrEqual(byPercent(one, less, stepMinor))
    }),
    casesOf(300),
  )
})

it('sums lines to the minor unit: what each ticket costs, and what the code saves, make up the full price', () => {
  const line = fc.record({ full: price, quantity: fc.integer({ min: 1, max: 1_000 }) })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), percent, (lines, off) => {
      const sum = (of: (full: number) => number) =>
        totalMinor(lines.map(({ full, quantity }) => ({ quantity, unitPriceMinor: of(full) })))
      const lowered = sum((full) => byPercent(full, off))
      expect(lowered + sum((full) => full - byPercent(full, off))).toBe(sum((full) => full))
      const exact = lines.reduce((total, one) => total + BigInt(one.quantity) * BigInt(byPercent(one.full, off)), 0n)
      expect(BigInt(lowered)).toBe(exact)
    }),
    casesOf(300),
  )
})

it('refuses a sum that it could not say exactly', () => {
  expect(() => totalMinor([{ quantity: 1_000, unitPriceMinor: Number.MAX_SAFE_INTEGER }])).toThrow(RangeError)
})

it('makes of a price that a provider can take one that it can take: with a fee, a code, or both', () => {
  const terms = fc.record({
    percentBp: fc.integer({ min: 0, max: 2_000 }),
    fixedMinor: fc.integer({ min: 0, max: 300 }),
  })
  const sold = fc.constantFrom(
    ['stripe', 'KWD'],
    ['paypal', 'HUF'],
    ['paypal', 'TWD'],
    ['stripe', 'MGA'],
    ['stripe', 'EUR'],
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 500, max: 100_000 }),
      percent,
      terms,
      sold,
      (steps, off, fee, [provider, currency]) => {
        const stepMinor = stepOf(currency as string)
        const unitPriceMinor = byPercent(steps * stepMinor, off, stepMinor)
        const amountMinor = 1_000 * stepMinor + 3 * (unitPriceMinor + feeOf(unitPriceMinor, fee, stepMinor))
        expect(takes(provider as ProviderName, { amountMinor, currency: currency as string })).toBe(true)
      },
    ),
    casesOf(300),
  )
})
