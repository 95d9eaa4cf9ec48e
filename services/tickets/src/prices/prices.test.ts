import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { PRICE_MINOR_MAX } from '../money/currency.ts'
import { apportion } from './apportion.ts'
import { FEE_PERCENT_BP_MAX, feeOf } from './fee.ts'
import { creditParts, lineParts, lineTotal } from './line.ts'
import { rateAt, sumByRate, vatContained } from './vat.ts'

// S-46. Amounts are integers of minor units whatever the currency's decimals, so these hold for EUR, JPY and KWD alike.
const CASES = casesOf(1_000)
const amount = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 3 * 20_000 * PRICE_MINOR_MAX }))
const price = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: PRICE_MINOR_MAX }))
const step = fc.constantFrom(1, 10, 100)
const bp = fc.oneof(fc.constantFrom(210, 550, 1_000, 2_000), fc.integer({ min: 0, max: 10_000 }))
const rate = fc.option(bp)
const line = fc.record({
  quantity: fc.integer({ min: 1, max: 1_000 }),
  unitPriceMinor: price,
  unitFeeMinor: price,
  vatBp: rate,
  feeVatBp: rate,
})
const sum = (parts: readonly number[]) => parts.reduce((all, part) => all + part, 0)

it('finds the VAT in a gross amount, halves up', () => {
  expect(vatContained(12_000, 2_000)).toBe(2_000)
  expect(vatContained(4_900, 550)).toBe(255)
  expect(vatContained(3, 2_000)).toBe(1)
  expect(vatContained(2, 2_000)).toBe(0)
  expect(vatContained(4_900, null)).toBe(0)
})

it('is never more than half a minor unit from the exact VAT', () => {
  fc.assert(
    fc.property(amount, bp, (gross, rateBp) => {
      const divisor = BigInt(10_000 + rateBp)
      // In units of 1/divisor, where everything is whole.
      const error = BigInt(vatContained(gross, rateBp)) * divisor - BigInt(gross) * BigInt(rateBp)
      expect(2n * error <= divisor && 2n * error > -divisor).toBe(true)
    }),
    CASES,
  )
})

it('divides a whole into parts that sum to it, each less than one unit from its exact share', () => {
  fc.assert(
    fc.property(amount, fc.array(price, { minLength: 1, maxLength: 30 }), (total, weights) => {
      const parts = apportion(total, weights)
      expect(sum(parts)).toBe(total)
      const all = BigInt(sum(weights))
      if (all === 0n) return
      for (const [index, part] of parts.entries()) {
        const error = BigInt(part) * all - BigInt(total) * BigInt(weights[index] ?? 0)
        expect(error < all && error > -all && part >= 0).toBe(true)
      }
    }),
    CASES,
  )
})

it('gives whoever weighs more no less, and of equals the first the odd unit', () => {
  fc.assert(
    fc.property(amount, price, price, (total, one, other) => {
      const [first = 0, second = 0] = apportion(total, [Math.max(one, other), Math.min(one, other)])
      expect(first).toBeGreaterThanOrEqual(second)
    }),
    CASES,
  )
  expect(apportion(100, [1, 1, 1])).toEqual([34, 33, 33])
  expect(apportion(7, [0, 0])).toEqual([7, 0])
})

it('gives a line back in any steps, and nothing is left or lost: amounts and VAT of ticket and fee, to the unit', () => {
  fc.assert(
    fc.property(line, fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 12 }), (sold, steps) => {
      const amounts = apportion(lineTotal(sold), steps)
      const [ticket, fee] = lineParts(sold)
      const given = { ticket: 0, ticketVat: 0, fee: 0, feeVat: 0 }
      let before = 0
      for (const step of amounts) {
        const [ofTicket, ofFee] = creditParts(sold, before, step)
        expect(ofTicket.grossMinor + ofFee.grossMinor).toBe(step)
        expect(
          Math.min(ofTicket.grossMinor, ofTicket.vatMinor, ofFee.grossMinor, ofFee.vatMinor),
        ).toBeGreaterThanOrEqual(0)
        given.ticket += ofTicket.grossMinor
        given.ticketVat += ofTicket.vatMinor
        given.fee += ofFee.grossMinor
        given.feeVat += ofFee.vatMinor
        before += step
      }
      expect(given).toEqual({
        ticket: ticket.grossMinor,
        ticketVat: ticket.vatMinor,
        fee: fee.grossMinor,
        feeVat: fee.vatMinor,
      })
    }),
    CASES,
  )
})

it('sums lines per rate without losing a unit', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const parts = lines.flatMap(lineParts)
      const totals = sumByRate(parts)
      expect(sum(totals.map((total) => total.grossMinor))).toBe(sum(lines.map(lineTotal)))
      expect(sum(totals.map((total) => total.vatMinor))).toBe(sum(parts.map((part) => part.vatMinor)))
      expect(new Set(totals.map((total) => total.bp)).size).toBe(totals.length)
    }),
    CASES,
  )
})

it('asks a fee that rises with the price, is exact to half a step, and is nothing for a free ticket', () => {
  const fee = fc.record({ percentBp: fc.integer({ min: 0, max: FEE_PERCENT_BP_MAX }), fixedMinor: price })
  fc.assert(
    fc.property(price, price, fee, step, (one, other, terms, stepMinor) => {
      const [low, high] = one < other ? [one, other] : [other, one]
      expect(feeOf(low, terms, stepMinor)).toBeLessThanOrEqual(feeOf(high, terms, stepMinor))
      if (low > 0) {
        const asked = feeOf(low, terms, stepMinor)
        const error = BigInt(asked - terms.fixedMinor) * 10_000n - BigInt(low) * BigInt(terms.percentBp)
        const half = BigInt(stepMinor) * 5_000n
        expect(error <= half && error > -half).toBe(true)
        expect(asked % stepMinor).toBe(0)
      }
      // A full order of it can still be said exactly.
      expect(Number.isSafeInteger(20_000 * (high + feeOf(high, terms, stepMinor)))).toBe(true)
    }),
    CASES,
  )
  expect(feeOf(0, { percentBp: 500, fixedMinor: 100 }, 1)).toBe(0)
  expect(feeOf(4_900, null, 1)).toBe(0)
  expect(feeOf(4_900, { percentBp: 500, fixedMinor: 100 }, 1)).toBe(345)
  expect(feeOf(5_120, { percentBp: 250, fixedMinor: 0 }, 10)).toBe(130)
  expect(feeOf(490_000, { percentBp: 250, fixedMinor: 0 }, 100)).toBe(12_300)
})

it('takes the rate that is in force: none before the first, the new one from its first instant', () => {
  const periods = [
    { fromMs: 1_000, bp: 1_960 },
    { fromMs: 2_000, bp: 2_000 },
  ]
  expect(rateAt(periods, 999)).toBeNull()
  expect(rateAt(periods, 1_999)).toBe(1_960)
  expect(rateAt(periods, 2_000)).toBe(2_000)
  expect(rateAt([], 2_000)).toBeNull()
})
