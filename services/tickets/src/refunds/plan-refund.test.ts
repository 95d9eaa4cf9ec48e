import { newUuid } from '@guichet/server'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import type { OrderRow, PaymentRow } from '../db.ts'
import { lineTotal, type PricedLine } from '../prices/line.ts'
import { earningsGivenBack } from './earnings.ts'
import type { OrderBooks } from './order-books.ts'
import { planRefund, type RefundPlan, type RefundWish } from './plan-refund.ts'

const CASES = casesOf(500)
const price = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1_000_000 }))
const rate = fc.option(fc.constantFrom(210, 550, 2_000))
const line: fc.Arbitrary<PricedLine> = fc.record({
  quantity: fc.integer({ min: 1, max: 6 }),
  unitPriceMinor: price,
  unitFeeMinor: price,
  vatBp: rate,
  feeVatBp: rate,
})
/** A step takes some of the tickets that are left, or a sum; `part` says how much of either. */
const step = fc.record({ act: fc.constantFrom('tickets', 'sum', 'kept'), part: fc.integer({ min: 0, max: 100 }) })
const CAREFUL = { admitted: 'refuse', short: 'refuse' } as const

function booksOf(priced: readonly PricedLine[]): OrderBooks {
  const lines = priced.map((one, index) => ({
    number: index + 1,
    ticketTypeId: newUuid(),
    quantity: one.quantity,
    priced: one,
    totalMinor: lineTotal(one),
    refundedMinor: 0,
  }))
  const total = lines.reduce((sum, one) => sum + one.totalMinor, 0)
  return {
    order: { state: 'confirmed', currency: 'EUR', total_minor: total } as OrderRow,
    payment: { charged_minor: total } as PaymentRow,
    lines,
    tickets: lines.flatMap((one) =>
      Array.from({ length: one.quantity }, () => ({
        id: newUuid(),
        lineNumber: one.number,
        admitted: false,
        passedOn: false,
        issue: 1,
      })),
    ),
    refundableMinor: total,
    disputedMinor: 0,
  }
}

/** The books after a plan was carried out. */
function after(books: OrderBooks, plan: RefundPlan): OrderBooks {
  const given = new Set(plan.ticketIds)
  return {
    ...books,
    order: { ...books.order, state: plan.endsOrder ? 'refunded' : books.order.state },
    lines: books.lines.map((one) => ({
      ...one,
      refundedMinor: one.refundedMinor + (plan.lines.find((part) => part.lineNumber === one.number)?.amountMinor ?? 0),
    })),
    tickets: books.tickets.filter((ticket) => !given.has(ticket.id)),
    refundableMinor: books.refundableMinor - plan.amountMinor,
  }
}

function wishOf(books: OrderBooks, { act, part }: { act: string; part: number }): RefundWish | undefined {
  const share = (whole: number) => Math.ceil((whole * part) / 100)
  if (act === 'sum') {
    const amountMinor = Math.floor(share(books.refundableMinor) / 2)
    return amountMinor > 0 ? { ...CAREFUL, amountMinor } : undefined
  }
  const ticketIds = books.tickets.slice(0, share(books.tickets.length)).map((ticket) => ticket.id)
  if (ticketIds.length === 0) return undefined
  return { ...CAREFUL, ticketIds, ...(act === 'kept' ? { keptBp: part * 100 } : {}) }
}

it('S-46: gives an order back in any steps, and nothing is left or lost: amounts, VAT and fees, to the unit', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), fc.array(step, { maxLength: 8 }), (priced, steps) => {
      let books = booksOf(priced)
      const whole = books.refundableMinor
      const given = { amount: 0, earned: 0 }
      const carryOut = (wish: RefundWish) => {
        const plan = planRefund(books, wish)
        expect(plan.lines.reduce((sum, part) => sum + part.amountMinor, 0)).toBe(plan.amountMinor)
        expect(plan.lines.reduce((sum, part) => sum + part.quantity, 0)).toBe(plan.ticketIds.length)
        const { sales, vat, fees, feeVat } = earningsGivenBack(books, plan)
        given.amount += plan.amountMinor
        given.earned += sales + vat + fees + feeVat
        books = after(books, plan)
        for (const one of books.lines) expect(one.refundedMinor).toBeLessThanOrEqual(one.totalMinor)
      }
      for (const one of steps) {
        const wish = wishOf(books, one)
        if (wish) carryOut(wish)
      }
      if (books.tickets.length > 0) carryOut(CAREFUL)
      if (books.refundableMinor > 0) carryOut({ ...CAREFUL, amountMinor: books.refundableMinor })
      expect(given).toEqual({ amount: whole, earned: whole })
      expect(books.order.state).toBe('refunded')
    }),
    CASES,
  )
})

it('gives one ticket after the other what it gives them at once', () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 0, max: 1_000 }), (priced, sum) => {
      let books = booksOf([priced])
      const amountMinor = Math.min(sum, books.refundableMinor)
      if (amountMinor > 0) books = after(books, planRefund(books, { ...CAREFUL, amountMinor }))
      const atOnce = planRefund(books, CAREFUL).amountMinor
      let oneByOne = 0
      while (books.tickets.length > 0) {
        const plan = planRefund(books, { ...CAREFUL, ticketIds: books.tickets.slice(0, 1).map((ticket) => ticket.id) })
        oneByOne += plan.amountMinor
        books = after(books, plan)
      }
      expect(oneByOne).toBe(atOnce)
    }),
    CASES,
  )
})

it('keeps in the buyer’s favour, and caps at what is left of a disputed payment', () => {
  const books = booksOf([{ quantity: 1, unitPriceMinor: 999, unitFeeMinor: 0, vatBp: null, feeVatBp: null }])
  expect(planRefund(books, { ...CAREFUL, keptBp: 1_000 })).toMatchObject({ amountMinor: 900, keptMinor: 99 })
  // No provider sends a thousandth of a dinar, nor a hundredth of a forint.
  for (const [currency, amountMinor] of [
    ['KWD', 9_670],
    ['HUF', 9_700],
    ['JPY', 9_667],
  ] as const) {
    const coarse = booksOf([{ quantity: 1, unitPriceMinor: 10_000, unitFeeMinor: 0, vatBp: null, feeVatBp: null }])
    const order = { ...coarse.order, currency }
    expect(planRefund({ ...coarse, order }, { ...CAREFUL, keptBp: 333 }).amountMinor).toBe(amountMinor)
  }
  const disputed = { ...books, refundableMinor: 0, disputedMinor: 999 }
  expect(planRefund(disputed, { ...CAREFUL, short: 'cap' })).toMatchObject({ amountMinor: 0, endsOrder: true })
  expect(() => planRefund(disputed, CAREFUL)).toThrow('payment-disputed')
  expect(() => planRefund({ ...books, refundableMinor: 998 }, CAREFUL)).toThrow('refund-too-high')
})
