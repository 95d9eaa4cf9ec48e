import { describe, expect, it } from 'vitest'
import { type CodeTerms, type Decision, decide, type StockView, type TypeTerms, type Wish } from './decide.ts'

// The rules one by one; `tests/model/decide.test.ts` tries all of them together against a naive model.

const NOW = new Date('2026-11-22T12:00:00Z')
const at = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const ANN = ['email ann@example.org']

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
  allotmentIds: [`pool ${id}`],
  vat: [],
  fee: null,
  stepMinor: 1,
  ...more,
})

const promo = (more: Partial<CodeTerms> = {}): CodeTerms => ({
  id: 'HALF',
  discountPercent: 50,
  discountMinor: null,
  ticketTypeIds: [],
  unlocks: false,
  allotmentId: null,
  startsAt: null,
  endsAt: null,
  active: true,
  ...more,
})

/** An event with nine places in the pool of each type, where nothing else is said. */
const view = (types: TypeTerms[], more: Partial<StockView> & { places?: Record<string, number> } = {}): StockView => ({
  now: NOW,
  status: 'published',
  closed: false,
  endsAt: at(60),
  types: new Map(types.map((one) => [one.id, one])),
  free: new Map(Object.entries({ ...Object.fromEntries(types.map(({ id }) => [`pool ${id}`, 9])), ...more.places })),
  awaited: new Set(),
  codes: new Map(),
  bought: [],
  ...more,
})

const wish = (ticketTypeId: string, quantity = 1, more: Partial<Wish> = {}): Wish => ({
  lines: [{ ticketTypeId, quantity }],
  ...more,
})

const only = (stock: StockView, one: Wish): Decision => {
  const [decision] = decide(stock, [one])
  if (!decision) throw new Error('One wish has one decision')
  return decision
}
const outcomes = (stock: StockView, wishes: Wish[]) =>
  decide(stock, wishes).map((decision) => (decision.granted ? 'granted' : decision.code))
const outcome = (stock: StockView, one: Wish) => outcomes(stock, [one])[0]
const prices = (decision: Decision) =>
  decision.granted ? decision.prices.map((price) => price.unitPriceMinor) : decision

describe('places', () => {
  it('go to who comes first, and then to who still fits', () => {
    const stock = view([type('a')], { places: { 'pool a': 4 } })
    expect(outcomes(stock, [wish('a', 3), wish('a', 3), wish('a', 1)])).toEqual(['granted', 'sold-out', 'granted'])
  })

  it('are taken from every pool that the type draws on, one for each ticket', () => {
    const types = [type('a', { allotmentIds: ['pool a', 'hall'] }), type('b', { allotmentIds: ['pool b', 'hall'] })]
    const lines = [
      { ticketTypeId: 'a', quantity: 2 },
      { ticketTypeId: 'b', quantity: 3 },
    ]
    const decision = only(view(types, { places: { hall: 5 } }), { lines })
    expect(decision.granted && Object.fromEntries(decision.places)).toEqual({ 'pool a': 2, 'pool b': 3, hall: 5 })
    expect(only(view(types, { places: { hall: 4 } }), { lines })).toMatchObject({
      code: 'sold-out',
      ticketTypeId: 'a',
      facts: { quantity: 5, remaining: 4 },
    })
  })

  it('are refused to everybody but the waiting list while anybody waits', () => {
    const stock = view([type('a')], { awaited: new Set(['a']) })
    expect(only(stock, wish('a'))).toEqual({
      granted: false,
      code: 'sold-out',
      ticketTypeId: 'a',
      facts: { quantity: 1, remaining: 0, waitingList: true },
    })
    expect(outcome(stock, wish('a', 1, { offer: true }))).toBe('granted')
  })

  it('are offered as far as there are any', () => {
    const places = { 'pool a': 2 }
    const decision = only(view([type('a')], { places }), wish('a', 5, { offer: true }))
    expect(decision).toMatchObject({ granted: true, lines: [{ quantity: 2 }] })
    expect(outcome(view([type('a')], { places: { 'pool a': 0 } }), wish('a', 5, { offer: true }))).toBe('sold-out')
  })

  it('are counted to nobody when there are many', () => {
    const stock = view([type('a', { maxPerOrder: 1_000 })], { places: { 'pool a': 500 } })
    expect(only(stock, wish('a', 501))).toMatchObject({ code: 'sold-out', facts: { quantity: 501, remaining: 20 } })
  })
})

describe('a sale', () => {
  it('opens and closes at the very instant', () => {
    const sale = (salesStartAt: Date | null, salesEndAt: Date | null) =>
      outcome(view([type('a', { salesStartAt, salesEndAt })]), wish('a'))
    expect(sale(at(0), null)).toBe('granted')
    expect(sale(at(0.001), null)).toBe('not-on-sale')
    expect(sale(null, at(0))).toBe('sale-ended')
    expect(sale(null, at(0.001))).toBe('granted')
  })

  it('ends with the event unless the type says otherwise', () => {
    expect(outcome(view([type('a')], { endsAt: at(-1) }), wish('a'))).toBe('sale-ended')
    expect(outcome(view([type('a', { salesEndAt: at(5) })], { endsAt: at(-1) }), wish('a'))).toBe('granted')
  })

  it('is for published events that are open, and for types of theirs that are not paused', () => {
    expect(outcome(view([type('a')], { status: 'draft' }), wish('a'))).toBe('not-found')
    expect(outcome(view([type('a')], { status: 'deleted' }), wish('a'))).toBe('not-found')
    expect(outcome(view([type('a')], { status: 'cancelled' }), wish('a'))).toBe('event-cancelled')
    expect(outcome(view([type('a')], { closed: true }), wish('a'))).toBe('sale-closed')
    expect(outcome(view([type('b')]), wish('a'))).toBe('ticket-type-unknown')
    expect(outcome(view([type('a', { paused: true })]), wish('a'))).toBe('sale-paused')
  })
})

describe('limits', () => {
  it('of an order count all lines of a type, so that repeating a line does not beat them', () => {
    const stock = view([type('a', { minPerOrder: 2 })], { places: { 'pool a': 100 } })
    const lines = [6, 5].map((quantity) => ({ ticketTypeId: 'a', quantity }))
    expect(only(stock, { lines })).toMatchObject({
      code: 'limit-exceeded',
      facts: { minPerOrder: 2, maxPerOrder: 10, quantity: 11 },
    })
    expect(outcome(stock, wish('a', 1))).toBe('limit-exceeded')
  })

  it('of a buyer need to know who buys, and count what they have by any of their names', () => {
    const bought = [{ buyerKeys: [...ANN, 'user 1'], ticketTypeId: 'a', quantity: 2 }]
    const stock = view([type('a', { maxPerBuyer: 3 })], { bought })
    expect(outcome(stock, wish('a'))).toBe('buyer-required')
    expect(outcome(stock, wish('a', 1, { buyerKeys: ANN }))).toBe('granted')
    expect(only(stock, wish('a', 2, { buyerKeys: ['email other@example.org', 'user 1'] }))).toMatchObject({
      code: 'buyer-limit-exceeded',
      facts: { maxPerBuyer: 3, already: 2, quantity: 2 },
    })
    expect(outcome(stock, wish('a', 3, { buyerKeys: ['email bob@example.org'] }))).toBe('granted')
  })

  it('of a buyer also count what was granted a moment ago, in the same batch', () => {
    const stock = view([type('a', { maxPerBuyer: 3 })])
    const twice = wish('a', 2, { buyerKeys: ANN })
    expect(outcomes(stock, [twice, twice, wish('a', 1, { buyerKeys: ANN })])).toEqual([
      'granted',
      'buyer-limit-exceeded',
      'granted',
    ])
  })
})

describe('an add-on', () => {
  const types = [type('seat'), type('meal', { addOnTo: ['seat'], maxPerTicket: 2 })]
  const order = (seats: number, meals: number): Wish => ({
    lines: [
      { ticketTypeId: 'meal', quantity: meals },
      ...(seats > 0 ? [{ ticketTypeId: 'seat', quantity: seats }] : []),
    ],
  })

  it('needs a ticket that it goes with, in the same order', () => {
    expect(only(view(types), order(0, 1))).toMatchObject({ code: 'add-on-alone', ticketTypeId: 'meal' })
    expect(outcome(view(types), order(1, 1))).toBe('granted')
  })

  it('comes no more often than its tickets allow', () => {
    expect(outcome(view(types), order(2, 4))).toBe('granted')
    expect(only(view(types), order(2, 5))).toMatchObject({
      code: 'add-on-limit-exceeded',
      facts: { allowed: 4, quantity: 5 },
    })
  })
})

describe('a code', () => {
  const coded = (code: CodeTerms, types = [type('a')], places: Record<string, number> = {}) =>
    view(types, { codes: new Map([['HALF', code]]), places })
  const half = (quantity = 1, id = 'a') => wish(id, quantity, { promoCode: 'half' })

  it('lowers the price, in upper or lower case, and says what it was', () => {
    expect(only(coded(promo()), half())).toMatchObject({ prices: [{ unitPriceMinor: 2_450, fullPriceMinor: 4_900 }] })
    const minus = promo({ discountPercent: null, discountMinor: 5_000 })
    expect(prices(only(coded(minus), half()))).toEqual([0])
  })

  it('is the same answer whether it is unknown, off, early, late or for something else', () => {
    expect(outcome(view([type('a')]), half())).toBe('promo-code-invalid')
    expect(outcome(coded(promo({ active: false })), half())).toBe('promo-code-invalid')
    expect(outcome(coded(promo({ startsAt: at(0.001) })), half())).toBe('promo-code-invalid')
    expect(outcome(coded(promo({ endsAt: at(0) })), half())).toBe('promo-code-invalid')
    expect(outcome(coded(promo({ ticketTypeIds: ['b'] }), [type('a'), type('b')]), half())).toBe('promo-code-invalid')
    expect(outcome(coded(promo({ startsAt: at(0), endsAt: at(0.001) })), half())).toBe('granted')
  })

  it('is used once for each ticket that it is for, as often as it may be', () => {
    const limited = promo({ allotmentId: 'uses', ticketTypeIds: ['a'] })
    const stock = coded(limited, [type('a'), type('b')], { uses: 3 })
    const lines = [
      { ticketTypeId: 'a', quantity: 2 },
      { ticketTypeId: 'b', quantity: 5 },
    ]
    const [first, second, third] = decide(stock, [{ lines, promoCode: 'HALF' }, half(2), half(1)])
    expect(first?.granted && Object.fromEntries(first.places)).toEqual({ 'pool a': 2, 'pool b': 5, uses: 2 })
    expect(second).toMatchObject({ code: 'promo-code-used-up', facts: { quantity: 2, remaining: 1 } })
    expect(third?.granted).toBe(true)
  })

  it('opens hidden types that it names, if it unlocks; others stay unheard of', () => {
    const types = [type('a', { hidden: true }), type('b', { hidden: true })]
    const access = promo({ discountPercent: null, ticketTypeIds: ['a'], unlocks: true })
    expect(outcome(coded(access, types), half(1, 'a'))).toBe('granted')
    expect(outcome(coded(access, types), half(1, 'b'))).toBe('ticket-type-unknown')
    expect(outcome(coded({ ...access, unlocks: false }, types), half(1, 'a'))).toBe('ticket-type-unknown')
    expect(outcome(view(types), wish('a'))).toBe('ticket-type-unknown')
    expect(outcome(view(types), wish('a', 1, { offer: true }))).toBe('granted')
  })
})

describe('a price that the buyer chooses', () => {
  const chosen = type('a', { pricing: 'chosen', priceMinor: 1_000, suggestedPriceMinor: 1_500 })
  const at = (chosenPriceMinor: number, more: Partial<Wish> = {}): Wish => ({
    lines: [{ ticketTypeId: 'a', quantity: 1, chosenPriceMinor }],
    ...more,
  })

  it('is the suggested one when they say nothing, and never less than the least', () => {
    expect(prices(only(view([chosen]), wish('a')))).toEqual([1_500])
    expect(prices(only(view([chosen]), at(1_000)))).toEqual([1_000])
    expect(only(view([chosen]), at(999))).toMatchObject({ code: 'price-below-minimum', facts: { priceMinor: 1_000 } })
  })

  it('has a lower least with a code, which is then what they are told', () => {
    const stock = view([chosen], { codes: new Map([['HALF', promo()]]) })
    expect(prices(only(stock, at(500, { promoCode: 'HALF' })))).toEqual([500])
    expect(only(stock, at(499, { promoCode: 'HALF' }))).toMatchObject({
      code: 'price-below-minimum',
      facts: { priceMinor: 500 },
    })
  })

  it('is refused where the price is fixed', () => {
    expect(only(view([type('a')]), at(5_000))).toMatchObject({
      code: 'price-not-chosen',
      ticketTypeId: 'a',
      facts: { priceMinor: 4_900 },
    })
  })
})
