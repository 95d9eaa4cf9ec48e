import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
beforeAll(async () => {
  tickets = await startTickets()
})
beforeEach(async () => {
  event = await publishEvent(tickets)
})
afterAll(() => tickets?.stop())

interface Asking {
  body?: object
  ifMatch?: string
  token?: string | null
}
function ask(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  { body, ifMatch = '*', token = event.owner }: Asking = {},
) {
  return tickets.call(method, path, {
    ...(token ? { token } : {}),
    ...(body ? { body } : {}),
    headers: ifMatch && method !== 'GET' && method !== 'POST' ? { 'if-match': ifMatch } : {},
  })
}
const ofOrganizer = (path: string, organizerId = event.organizerId) => `/v1/organizers/${organizerId}/${path}`
const addRate = async (periods: object[], name = 'TVA') => {
  const answer = await ask('POST', ofOrganizer('vat-rates'), { body: { name, periods } })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json().id as string
}
const setFee = (more: object = {}, currency = 'EUR', ifMatch = '*') =>
  ask('PUT', ofOrganizer(`fee-policies/${currency}`), {
    body: { paidBy: 'buyer', percentBp: 500, fixedMinor: 99, vatRateId: null, ...more },
    ifMatch,
  })
const shown = async (typeId: string, query = '') => {
  const answer = await tickets.call('GET', `/v1/events/${event.eventId}/ticket-types${query}`)
  return { ...answer.json(), item: answer.json().items.find((item: { id: string }) => item.id === typeId) }
}

describe('the price that is shown', () => {
  it('is the price that is paid: with its fee, and what VAT is in both', async () => {
    const reduced = await addRate([{ startsOn: '2020-01-01', bp: 550 }])
    const normal = await addRate([{ startsOn: '2020-01-01', bp: 2_000 }])
    const typeId = await sell(tickets, event, { vatRateId: reduced })
    expect((await setFee({ vatRateId: normal })).statusCode).toBe(200)
    const { item, fee } = await shown(typeId)
    // 5 % of 49.00 are 2.45, and 0.99.
    expect(item).toMatchObject({ priceMinor: 4_900, feeMinor: 344, allInPriceMinor: 5_244, vatBp: 550 })
    expect(fee).toEqual({ percentBp: 500, fixedMinor: 99 })
    const order = await hold(tickets, event.eventId, typeId, 3)
    expect(order).toMatchObject({
      totalMinor: 15_732,
      feeMinor: 1_032,
      lines: [
        {
          quantity: 3,
          unitPriceMinor: 4_900,
          unitFeeMinor: 344,
          vatBp: 550,
          feeVatBp: 2_000,
          vatMinor: 766 + 172,
          totalMinor: 15_732,
        },
      ],
      vat: [
        { bp: 2_000, grossMinor: 1_032, vatMinor: 172 },
        { bp: 550, grossMinor: 14_700, vatMinor: 766 },
      ],
    })
    const again = await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })
    expect(again.json()).toMatchObject({ totalMinor: order.totalMinor, lines: order.lines, vat: order.vat })
  })

  it('is with a code, too, and a ticket that a code makes free bears no fee', async () => {
    const typeId = await sell(tickets, event)
    await setFee()
    for (const [code, discountPercent] of [
      ['HALF', 50],
      ['ALL', 100],
    ]) {
      const body = { code, discountPercent }
      const made = await ask('POST', `/v1/events/${event.eventId}/promo-codes`, { body })
      expect(made.statusCode, made.body).toBe(201)
    }
    expect((await shown(typeId, '?promoCode=HALF')).item).toMatchObject({
      codePriceMinor: 2_450,
      codeAllInPriceMinor: 2_672,
    })
    expect((await shown(typeId, '?promoCode=ALL')).item).toMatchObject({ codePriceMinor: 0, codeAllInPriceMinor: 0 })
    const half = await hold(tickets, event.eventId, typeId, 2, { promoCode: 'HALF' })
    expect(half).toMatchObject({ totalMinor: 5_344, feeMinor: 444 })
    const free = await hold(tickets, event.eventId, typeId, 2, { promoCode: 'ALL' })
    expect(free).toMatchObject({ totalMinor: 0, feeMinor: 0, vat: [] })
  })

  it('takes the fee of what the buyer chooses to pay', async () => {
    const typeId = await sell(tickets, event, { pricing: 'chosen', priceMinor: 0, suggestedPriceMinor: 1_000 })
    await setFee({ fixedMinor: 0, percentBp: 1_000 })
    const lines = (chosenPriceMinor: number) => [{ ticketTypeId: typeId, quantity: 1, chosenPriceMinor }]
    expect(await hold(tickets, event.eventId, typeId, 1, { lines: lines(2_005) })).toMatchObject({ totalMinor: 2_206 })
    expect(await hold(tickets, event.eventId, typeId, 1, { lines: lines(0) })).toMatchObject({ totalMinor: 0 })
  })

  it('is the ticket’s alone where the organizer bears the fee, or has none in this currency', async () => {
    const typeId = await sell(tickets, event)
    await setFee({ paidBy: 'organizer' })
    await setFee({}, 'USD')
    expect((await shown(typeId)).item).toMatchObject({ feeMinor: 0, allInPriceMinor: 4_900 })
    expect((await shown(typeId)).fee).toBeNull()
    expect(await hold(tickets, event.eventId, typeId)).toMatchObject({ totalMinor: 4_900, feeMinor: 0 })
  })

  it.each([
    ['JPY', 1_000, 50, 3],
    ['KWD', 12_345, 620, 3],
    ['HUF', 490_100, 24_500, 2],
    ['EUR', 999, 50, 3],
  ])('is whole units of %s', async (currency, priceMinor, feeMinor, quantity) => {
    const rate = await addRate([{ startsOn: '2020-01-01', bp: 1_000 }])
    const typeId = await sell(tickets, event, { currency, priceMinor, vatRateId: rate })
    await setFee({ fixedMinor: 0, vatRateId: rate }, currency)
    const order = await hold(tickets, event.eventId, typeId, quantity)
    expect(order).toMatchObject({ currency, totalMinor: quantity * (priceMinor + feeMinor) })
    const [total] = order.vat
    expect(total).toMatchObject({ bp: 1_000, grossMinor: order.totalMinor })
    expect(order.lines[0].vatMinor).toBe(total.vatMinor)
  })

  // S-40
  it('is ours, whatever the request says', async () => {
    const typeId = await sell(tickets, event)
    await setFee()
    for (const more of [
      { fee: -5 },
      { feeMinor: 0 },
      { vat: [] },
      { totalMinor: 1 },
      { currency: 'JPY' },
      { price: 0.01 },
    ]) {
      const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], ...more }
      expect((await tickets.call('POST', '/v1/orders', { body })).statusCode).toBe(400)
    }
    for (const more of [{ unitFeeMinor: 0 }, { unitPriceMinor: 1 }, { vatBp: 0 }]) {
      const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1, ...more }] }
      expect((await tickets.call('POST', '/v1/orders', { body })).statusCode).toBe(400)
    }
  })

  // S-41
  it('is never that of a quantity that is none', async () => {
    const typeId = await sell(tickets, event)
    await setFee()
    for (const quantity of [0, -1, 1.5, '2', 1e9, 2 ** 31, 2 ** 53, null, [], { $gt: 0 }]) {
      const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }] }
      expect((await tickets.call('POST', '/v1/orders', { body })).statusCode, String(quantity)).toBe(400)
    }
    const lines = Array.from({ length: 11 }, () => ({ ticketTypeId: typeId, quantity: 1 }))
    const repeated = await tickets.call('POST', '/v1/orders', { body: { eventId: event.eventId, lines } })
    expect(repeated.json()).toMatchObject({ status: 409, code: 'limit-exceeded', quantity: 11 })
  })
})

describe('a change', () => {
  it('is sold from the moment it is there; what is held keeps its price', async () => {
    const typeId = await sell(tickets, event)
    const before = await hold(tickets, event.eventId, typeId)
    await setFee({ fixedMinor: 0, percentBp: 1_000 })
    const after = await hold(tickets, event.eventId, typeId)
    await setFee({ fixedMinor: 100, percentBp: 0 })
    const last = await hold(tickets, event.eventId, typeId)
    expect([before.totalMinor, after.totalMinor, last.totalMinor]).toEqual([4_900, 5_390, 5_000])
    const kept = await tickets.call('GET', `/v1/orders/${after.id}`, { secret: after.secret })
    expect(kept.json().totalMinor).toBe(5_390)
  })

  it('reaches all events of the organizer, and none of another', async () => {
    const mine = await publishEvent(tickets, { organizerId: event.organizerId })
    const other = await publishEvent(tickets)
    const [a, b, c] = [await sell(tickets, event), await sell(tickets, mine), await sell(tickets, other)]
    const totals = async () => [
      (await hold(tickets, event.eventId, a)).totalMinor,
      (await hold(tickets, mine.eventId, b)).totalMinor,
      (await hold(tickets, other.eventId, c)).totalMinor,
    ]
    expect(await totals()).toEqual([4_900, 4_900, 4_900])
    await setFee({ fixedMinor: 100, percentBp: 0 })
    expect(await totals()).toEqual([5_000, 5_000, 4_900])
  })

  it('of a rate begins with its day, at the place of the event', async () => {
    const start = new Date(tickets.clock.now().getTime() + 2 * 86_400_000).toISOString().slice(0, 10)
    const rate = await addRate([
      { startsOn: '2020-01-01', bp: 550 },
      { startsOn: start, bp: 1_000 },
    ])
    const tokyo = await publishEvent(tickets, { organizerId: event.organizerId, timeZone: 'Asia/Tokyo' })
    const [paris, japan] = [
      await sell(tickets, event, { vatRateId: rate }),
      await sell(tickets, tokyo, { vatRateId: rate }),
    ]
    const ratesNow = async () => [
      (await hold(tickets, event.eventId, paris)).lines[0].vatBp,
      (await hold(tickets, tokyo.eventId, japan)).lines[0].vatBp,
    ]
    const until = (instant: string) =>
      tickets.clock.advance((Date.parse(instant) - tickets.clock.now().getTime()) / 1_000)
    expect(await ratesNow()).toEqual([550, 550])
    until(`${start}T00:00:00+09:00`)
    expect(await ratesNow()).toEqual([550, 1_000])
    until(`${start}T00:00:00Z`)
    expect(await ratesNow()).toEqual([1_000, 1_000])
  })
})

describe('VAT rates', () => {
  it('are made, listed in the order of their days, changed and archived', async () => {
    const periods = [
      { startsOn: '2026-01-01', bp: 550 },
      { startsOn: '2014-01-01', bp: 210 },
    ]
    const made = await ask('POST', ofOrganizer('vat-rates'), { body: { name: ' Spectacle vivant ', periods } })
    expect([made.statusCode, made.headers.etag]).toEqual([201, '"v1"'])
    expect(made.json()).toEqual({
      id: expect.stringMatching(/^vat_/),
      name: 'Spectacle vivant',
      archived: false,
      periods: [periods[1], periods[0]],
      version: 1,
    })
    const { id } = made.json()
    const changed = await ask('PATCH', `/v1/vat-rates/${id}`, { body: { archived: true }, ifMatch: '"v1"' })
    expect([changed.statusCode, changed.json().archived, changed.headers.etag]).toEqual([200, true, '"v2"'])
    expect((await ask('GET', ofOrganizer('vat-rates'))).json()).toEqual({ items: [changed.json()] })
    const stale = await ask('PATCH', `/v1/vat-rates/${id}`, { body: { name: 'x' }, ifMatch: '"v1"' })
    expect(stale.json()).toMatchObject({ status: 412, currentVersion: 2 })
    expect((await ask('PATCH', `/v1/vat-rates/${id}`, { body: { name: 'x' }, ifMatch: '' })).statusCode).toBe(428)
  })

  it('are made once for a key, however often the request is repeated', async () => {
    const path = ofOrganizer('vat-rates')
    const body = { name: 'Repeated', periods: [{ startsOn: '2026-01-01', bp: 550 }] }
    const make = (key: string, more: object = {}) =>
      tickets.call('POST', path, {
        token: event.owner,
        headers: { 'idempotency-key': key },
        body: { ...body, ...more },
      })
    const first = await make('vat-1')
    const again = await make('vat-1')
    expect([first.statusCode, again.statusCode, again.headers['idempotency-replayed']]).toEqual([201, 201, 'true'])
    expect(again.json()).toEqual(first.json())
    expect([again.headers.etag, (await make('vat-1', { name: 'Other' })).statusCode]).toEqual(['"v1"', 422])
    expect((await make('')).json()).toMatchObject({ status: 400, code: 'idempotency-key-missing' })
    const { items } = (await ask('GET', path)).json()
    expect(items.filter(({ name }: { name: string }) => name === 'Repeated')).toHaveLength(1)
  })

  it('are chosen for a type only if they are the organizer’s and not archived; a type keeps what it has', async () => {
    const rate = await addRate([{ startsOn: '2020-01-01', bp: 550 }])
    const typeId = await sell(tickets, event, { vatRateId: rate })
    await ask('PATCH', `/v1/vat-rates/${rate}`, { body: { archived: true } })
    const create = (vatRateId: string) =>
      ask('POST', `/v1/events/${event.eventId}/ticket-types`, {
        body: { name: { fr: 'Réduit' }, priceMinor: 100, currency: 'EUR', capacity: 1, vatRateId },
      })
    expect((await create(rate)).json()).toMatchObject({
      status: 400,
      errors: [{ pointer: '/vatRateId', detail: 'is archived' }],
    })
    const change = (body: object) => ask('PATCH', `/v1/ticket-types/${typeId}`, { body })
    expect((await change({ vatRateId: rate, priceMinor: 5_000 })).json()).toMatchObject({ vatRateId: rate, vatBp: 550 })
    expect((await change({ vatRateId: null })).json()).toMatchObject({ vatRateId: null, vatBp: null })
    expect((await change({ vatRateId: rate })).statusCode).toBe(400)
    const theirs = await publishEvent(tickets)
    const foreign = await tickets.call('POST', `/v1/organizers/${theirs.organizerId}/vat-rates`, {
      token: theirs.owner,
      body: { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: 2_000 }] },
    })
    for (const id of [foreign.json().id, 'vat_nonsense']) {
      expect((await create(id)).json().errors).toEqual([
        { pointer: '/vatRateId', detail: 'is no VAT rate of this organizer' },
      ])
    }
    const hidden = await ask('PATCH', `/v1/vat-rates/${foreign.json().id}`, { body: { name: 'x' } })
    const nothing = await ask('PATCH', `/v1/vat-rates/${foreign.json().id.slice(0, -1)}0`, { body: { name: 'x' } })
    expect([hidden.statusCode, nothing.statusCode]).toEqual([404, 404])
  })

  it.each([
    { name: '', periods: [{ startsOn: '2020-01-01', bp: 1 }] },
    { name: 'TVA', periods: [] },
    { name: 'TVA', periods: [{ startsOn: '2020-02-30', bp: 1 }] },
    { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: -1 }] },
    { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: 5.5 }] },
    { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: 10_001 }] },
    { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: 1, x: 1 }] },
    {
      name: 'TVA',
      periods: [
        { startsOn: '2020-01-01', bp: 1 },
        { startsOn: '2020-01-01', bp: 2 },
      ],
    },
  ])('are refused when they make no sense: %j', async (body) => {
    expect((await ask('POST', ofOrganizer('vat-rates'), { body })).statusCode).toBe(400)
  })
})

describe('fee policies', () => {
  it('are one for each currency, changed only by who has seen what is there', async () => {
    const first = await setFee({}, 'EUR', '"v0"')
    expect([first.statusCode, first.headers.etag]).toEqual([200, '"v1"'])
    expect((await setFee({}, 'EUR', '"v0"')).statusCode).toBe(412)
    expect((await setFee({}, 'EUR', '')).statusCode).toBe(428)
    await setFee({ percentBp: 0 }, 'JPY')
    const { items } = (await ask('GET', ofOrganizer('fee-policies'))).json()
    expect(items).toEqual([
      { currency: 'EUR', paidBy: 'buyer', percentBp: 500, fixedMinor: 99, vatRateId: null, version: 1 },
      { currency: 'JPY', paidBy: 'buyer', percentBp: 0, fixedMinor: 99, vatRateId: null, version: 1 },
    ])
  })

  it.each([
    { paidBy: 'nobody' },
    { percentBp: -1 },
    { percentBp: 10_001 },
    { percentBp: 1.5 },
    { fixedMinor: -1 },
    { vatRateId: 'vat_x' },
    { x: 1 },
  ])('are refused when they make no sense: %j', async (more) => {
    expect((await setFee(more)).statusCode).toBe(400)
  })

  it('are of money that exists', async () => {
    expect((await setFee({}, 'BTC')).statusCode).toBe(404)
  })
})

describe('who may', () => {
  const SELLER = {
    name: 'Théâtre du Rond',
    address: '1 rue de la Paix\n75002 Paris',
    country: 'FR',
    vatNumber: null,
    registration: null,
    note: null,
    invoicePrefix: 'F-',
    creditNotePrefix: 'A-',
  }
  it.each([
    ['GET', 'vat-rates', undefined],
    ['POST', 'vat-rates', { name: 'TVA', periods: [{ startsOn: '2020-01-01', bp: 1 }] }],
    ['GET', 'fee-policies', undefined],
    ['PUT', 'fee-policies/EUR', { paidBy: 'buyer', percentBp: 0, fixedMinor: 0, vatRateId: null }],
    ['GET', 'seller', undefined],
    ['PUT', 'seller', SELLER],
    ['GET', 'invoices', undefined],
  ] as const)(
    '%s %s: owner, manager and finance; for others it is forbidden, for strangers it is nothing',
    async (method, path, body) => {
      const sent = body ? { body } : {}
      await ask('PUT', ofOrganizer('seller'), { body: SELLER })
      for (const role of ['owner', 'manager', 'finance']) {
        const token = await event.member(role)
        expect((await ask(method, ofOrganizer(path), { ...sent, token })).statusCode).toBeLessThan(300)
      }
      for (const role of ['support', 'door', 'viewer']) {
        const token = await event.member(role)
        expect((await ask(method, ofOrganizer(path), { ...sent, token })).statusCode).toBe(403)
      }
      expect((await ask(method, ofOrganizer(path), { ...sent, token: null })).statusCode).toBe(401)
      const stranger = (await publishEvent(tickets)).owner
      const theirs = await ask(method, ofOrganizer(path), { ...sent, token: stranger })
      const none = await ask(method, ofOrganizer(path, newOrganizerId()), { ...sent, token: stranger })
      expect([theirs.statusCode, none.statusCode]).toEqual([404, 404])
    },
  )
})
