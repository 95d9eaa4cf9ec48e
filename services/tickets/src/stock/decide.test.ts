import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decision, decide as decideWishes, type Line, type StockView, type TypeTerms } from './decide.ts'

const decide = (stock: StockView, requests: readonly (readonly Line[])[]) =>
  decideWishes(
    stock,
    requests.map((lines) => ({ lines })),
  )
const NOW = new Date('2026-11-22T12:00:00Z')
const at = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const type = (id: string, more: Partial<TypeTerms> = {}): TypeTerms => ({
  id,
  minPerOrder: 1,
  maxPerOrder: 10,
  salesStartAt: null,
  salesEndAt: null,
  priceMinor: 4_900,
  pricing: 'fixed',
  suggestedPriceMinor: null,
  maxPerBuyer: null,
  hidden: false,
  paused: false,
  addOnTo: [],
  maxPerTicket: null,
  allotmentIds: [`pool-${id}`],
  ...more,
})
const view = (types: TypeTerms[], free: Record<string, number>, more: Partial<StockView> = {}): StockView => ({
  now: NOW,
  status: 'published',
  closed: false,
  endsAt: at(60),
  types: new Map(types.map((one) => [one.id, one])),
  free: new Map(Object.entries(free)),
  awaited: new Set(),
  codes: new Map(),
  bought: [],
  ...more,
})
const code = (decision: Decision | undefined) => (decision?.granted ? 'granted' : decision?.code)

describe('the decision', () => {
  it('gives the last places to who comes first, and goes on to who still fits', () => {
    const wishes = [3, 3, 1].map((quantity) => [{ ticketTypeId: 'a', quantity }])
    expect(decide(view([type('a')], { 'pool-a': 4 }), wishes).map(code)).toEqual(['granted', 'sold-out', 'granted'])
  })

  it('counts the limit over all lines of a type, so that repeating a line does not beat it', () => {
    const lines = [6, 5].map((quantity) => ({ ticketTypeId: 'a', quantity }))
    expect(decide(view([type('a')], { 'pool-a': 100 }), [lines])[0]).toMatchObject({
      code: 'limit-exceeded',
      facts: { minPerOrder: 1, maxPerOrder: 10, quantity: 11 },
    })
  })

  it('opens and closes the sale at the very instant', () => {
    const sale = (start: number | null, end: number | null) =>
      code(
        decide(
          view(
            [type('a', { salesStartAt: start === null ? null : at(start), salesEndAt: end === null ? null : at(end) })],
            {
              'pool-a': 9,
            },
          ),
          [[{ ticketTypeId: 'a', quantity: 1 }]],
        )[0],
      )
    expect(sale(0, null)).toBe('granted')
    expect(sale(0.001, null)).toBe('not-on-sale')
    expect(sale(null, 0)).toBe('sale-ended')
    expect(sale(null, 0.001)).toBe('granted')
  })

  it('ends the sale with the event unless the type says otherwise', () => {
    const over = { endsAt: at(-1) }
    expect(code(decide(view([type('a')], { 'pool-a': 9 }, over), [[{ ticketTypeId: 'a', quantity: 1 }]])[0])).toBe(
      'sale-ended',
    )
    const later = type('a', { salesEndAt: at(5) })
    expect(code(decide(view([later], { 'pool-a': 9 }, over), [[{ ticketTypeId: 'a', quantity: 1 }]])[0])).toBe(
      'granted',
    )
  })

  it('knows no drafts, no deleted events, no types of other events', () => {
    const line = [[{ ticketTypeId: 'a', quantity: 1 }]]
    expect(code(decide(view([type('a')], { 'pool-a': 9 }, { status: 'draft' }), line)[0])).toBe('not-found')
    expect(code(decide(view([type('a')], { 'pool-a': 9 }, { status: 'deleted' }), line)[0])).toBe('not-found')
    expect(code(decide(view([type('a')], { 'pool-a': 9 }, { status: 'cancelled' }), line)[0])).toBe('event-cancelled')
    expect(code(decide(view([type('a')], { 'pool-a': 9 }, { closed: true }), line)[0])).toBe('sale-closed')
    expect(code(decide(view([type('b')], { 'pool-b': 9 }), line)[0])).toBe('ticket-type-unknown')
  })

  it('tells nobody how many places are left when there are many', () => {
    const wide = type('a', { maxPerOrder: 1_000 })
    const refused = decide(view([wide], { 'pool-a': 500 }), [[{ ticketTypeId: 'a', quantity: 501 }]])[0]
    expect(refused).toMatchObject({ code: 'sold-out', facts: { quantity: 501, remaining: 20 } })
  })
})

/** The same rules as simply as they can be said: one place at a time, everything given back when one is missing. */
function naive(stock: StockView, requests: readonly (readonly Line[])[]): boolean[] {
  const free: Record<string, number> = Object.fromEntries(stock.free)
  return requests.map((lines) => {
    const before = { ...free }
    const total: Record<string, number> = {}
    for (const { ticketTypeId, quantity } of lines) {
      total[ticketTypeId] = (total[ticketTypeId] ?? 0) + quantity
      for (let place = 0; place < quantity; place++) {
        for (const pool of stock.types.get(ticketTypeId)?.allotmentIds ?? []) free[pool] = (free[pool] ?? 0) - 1
      }
    }
    const fits = Object.values(free).every((left) => left >= 0)
    const allowed = Object.entries(total).every(([id, quantity]) => {
      const terms = stock.types.get(id)
      return terms !== undefined && quantity >= terms.minPerOrder && quantity <= terms.maxPerOrder
    })
    if (fits && allowed) return true
    Object.assign(free, before)
    return false
  })
}

const TYPES = ['a', 'b', 'c', 'd']
const POOLS = ['p', 'q', 'r']
const stockOf = fc.record({
  terms: fc.array(
    fc.record({
      allotmentIds: fc.subarray(POOLS, { minLength: 1 }),
      minPerOrder: fc.integer({ min: 1, max: 3 }),
      extra: fc.integer({ min: 0, max: 8 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  free: fc.tuple(...POOLS.map(() => fc.integer({ min: 0, max: 25 }))),
})
const requestsOf = fc.array(
  fc.array(fc.record({ ticketTypeId: fc.constantFrom(...TYPES), quantity: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  { maxLength: 20 },
)

describe('whatever the stock and the wishes', () => {
  it('decides as the naive model does, and what it grants is exactly what is taken', () => {
    fc.assert(
      fc.property(stockOf, requestsOf, ({ terms, free }, requests) => {
        const types = terms.map(({ allotmentIds, minPerOrder, extra }, index) =>
          type(TYPES[index] ?? '', { allotmentIds, minPerOrder, maxPerOrder: minPerOrder + extra }),
        )
        const stock = view(types, Object.fromEntries(POOLS.map((pool, index) => [pool, free[index] ?? 0])))
        const decisions = decide(stock, requests)
        expect(decisions.map((decision) => decision.granted)).toEqual(naive(stock, requests))
        const left = new Map(stock.free)
        for (const decision of decisions) {
          if (decision.granted)
            for (const [pool, places] of decision.places) left.set(pool, (left.get(pool) ?? 0) - places)
        }
        expect([...left.values()].every((places) => Number.isInteger(places) && places >= 0)).toBe(true)
        expect(decide(stock, requests)).toEqual(decisions)
      }),
      { numRuns: 300 },
    )
  })
})
