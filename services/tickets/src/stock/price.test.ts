import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { PRICE_MINOR_MAX, totalMinor } from '../money/currency.ts'
import { discounted } from './price.ts'

const price = fc.integer({ min: 0, max: PRICE_MINOR_MAX })
const percent = fc.integer({ min: 1, max: 100 })
const byPercent = (priceMinor: number, discountPercent: number) =>
  discounted(priceMinor, { discountPercent, discountMinor: null })

it('rounds percentages to the nearest minor unit, halves in the buyer’s favour', () => {
  expect(byPercent(999, 50)).toBe(499)
  expect(byPercent(1, 50)).toBe(0)
  expect(byPercent(1, 49)).toBe(1)
  expect(byPercent(995, 10)).toBe(895)
  expect(byPercent(994, 10)).toBe(895)
})

it('is never more than half a minor unit from the exact price, nor below zero, nor above the full price', () => {
  fc.assert(
    fc.property(price, percent, (full, off) => {
      const lowered = byPercent(full, off)
      // In hundredths of a minor unit, where everything is whole.
      const error = BigInt(lowered) * 100n - BigInt(full) * BigInt(100 - off)
      expect(error >= -50n && error < 50n).toBe(true)
      expect(lowered).toBeGreaterThanOrEqual(0)
      expect(lowered).toBeLessThanOrEqual(full)
      expect(byPercent(full, 100)).toBe(0)
    }),
    casesOf(300),
  )
})

it('takes exactly the amount off, down to nothing', () => {
  fc.assert(
    fc.property(price, fc.integer({ min: 1, max: PRICE_MINOR_MAX }), (full, off) => {
      const lowered = discounted(full, { discountPercent: null, discountMinor: off })
      expect(lowered + Math.min(full, off)).toBe(full)
    }),
    casesOf(300),
  )
})

it('changes nothing where a code only opens a type', () => {
  fc.assert(
    fc.property(price, (full) => {
      expect(discounted(full, { discountPercent: null, discountMinor: null })).toBe(full)
    }),
    casesOf(300),
  )
})

it('costs no less with a higher price, and no more with a higher percentage', () => {
  fc.assert(
    fc.property(price, price, percent, percent, (one, other, little, much) => {
      const [low, high] = one < other ? [one, other] : [other, one]
      expect(byPercent(low, little)).toBeLessThanOrEqual(byPercent(high, little))
      const [less, more] = little < much ? [little, much] : [much, little]
      expect(byPercent(one, more)).toBeLessThanOrEqual(byPercent(one, less))
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
