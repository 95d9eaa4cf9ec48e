import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

let tickets: Tickets
let event: PublishedEvent
let [adult, child] = ['', '']
beforeAll(async () => {
  tickets = await startTickets()
})
beforeEach(async () => {
  event = await publishEvent(tickets)
  adult = await sell(tickets, event, { priceMinor: 4_900 })
  child = await sell(tickets, event, { priceMinor: 0 })
})
afterAll(() => tickets?.stop())

const path = (eventId = event.eventId) => `/v1/events/${eventId}/promo-codes`
const create = (body: object, token: string | undefined = event.owner, eventId = event.eventId) =>
  tickets.call('POST', path(eventId), { ...(token ? { token } : {}), body })
const list = (token?: string, query = '') => tickets.call('GET', path() + query, token ? { token } : {})
const change = (id: string, body: object, ifMatch = '*', token: string | undefined = event.owner) =>
  tickets.call('PATCH', `/v1/promo-codes/${id}`, {
    ...(token ? { token } : {}),
    body,
    headers: ifMatch ? { 'if-match': ifMatch } : {},
  })
const remove = (id: string, token?: string) => tickets.call('DELETE', `/v1/promo-codes/${id}`, token ? { token } : {})
const order = (promoCode: string | undefined, typeId = adult, quantity = 1) =>
  tickets.call('POST', '/v1/orders', {
    body: {
      eventId: event.eventId,
      lines: [{ ticketTypeId: typeId, quantity }],
      buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
      ...(promoCode === undefined ? {} : { promoCode }),
    },
  })
const confirm = async ({ id, secret }: { id: string; secret: string }) => {
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
  expect((await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })).statusCode).toBe(201)
}
const cancel = async ({ id, secret }: { id: string; secret: string }) => {
  expect((await tickets.call('POST', `/v1/orders/${id}/cancellation`, { secret, body: {} })).statusCode).toBe(200)
}
const one = async (id: string) => (await list(event.owner)).json().items.find((item: { id: string }) => item.id === id)
const violations = () => findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })

describe('createPromoCode', () => {
  it('lowers the price of whoever gives it, in upper or lower case', async () => {
    const made = await create({ code: 'Printemps', discountPercent: 20 })
    expect(made.statusCode, made.body).toBe(201)
    expect(made.headers.etag).toBe('"v1"')
    expect(made.json()).toEqual({
      id: expect.stringMatching(/^pro_/),
      code: 'Printemps',
      discountPercent: 20,
      discountMinor: null,
      ticketTypeIds: [],
      unlocks: false,
      usesMax: null,
      usesHeld: 0,
      usesSold: 0,
      startsAt: null,
      endsAt: null,
      active: true,
      version: 1,
    })
    expect((await order('PRINTEMPS')).json()).toMatchObject({ totalMinor: 3_920 })
    expect((await order(undefined)).json()).toMatchObject({ totalMinor: 4_900 })
    expect((await order('PRINTEMPS2')).json()).toMatchObject({ status: 409, code: 'promo-code-invalid' })
  })

  it('makes a code that nobody guesses or misreads, when none is given', async () => {
    const codes = await Promise.all(
      Array.from({ length: 5 }, async () => (await create({ discountMinor: 500 })).json().code),
    )
    expect(new Set(codes).size).toBe(5)
    for (const code of codes) expect(code).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{10}$/)
    expect((await order(codes[0].toLowerCase())).json()).toMatchObject({ totalMinor: 4_400 })
  })

  it('opens hidden types, and only those that it names', async () => {
    const hidden = await sell(tickets, event, { hidden: true })
    const other = await sell(tickets, event, { hidden: true })
    await create({ code: 'BACKSTAGE', unlocks: true, ticketTypeIds: [hidden] })
    expect((await order(undefined, hidden)).json().code).toBe('ticket-type-unknown')
    expect((await order('BACKSTAGE', other)).json().code).toBe('ticket-type-unknown')
    expect((await order('backstage', hidden)).statusCode).toBe(201)
  })

  it('is made once: the same letters are the same code', async () => {
    const answers = await Promise.all(['Ete', 'ETE', 'ete'].map((code) => create({ code, discountPercent: 5 })))
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409, 409])
    const made = answers.find((answer) => answer.statusCode === 201)?.json()
    for (const answer of answers.filter((one) => one.statusCode === 409)) {
      expect(answer.json()).toMatchObject({ code: 'promo-code-exists', promoCodeId: made.id })
    }
    const another = await publishEvent(tickets)
    expect((await create({ code: 'ETE', discountPercent: 5 }, another.owner, another.eventId)).statusCode).toBe(201)
  })

  it('refuses what is no code, field by field', async () => {
    const elsewhere = await sell(tickets, await publishEvent(tickets))
    for (const [body, pointer] of [
      [{ code: '', discountPercent: 5 }, '/code'],
      [{ code: 'two words', discountPercent: 5 }, '/code'],
      [{ code: 'été', discountPercent: 5 }, '/code'],
      [{ code: 'X'.repeat(65), discountPercent: 5 }, '/code'],
      [{ discountPercent: 0 }, '/discountPercent'],
      [{ discountPercent: 101 }, '/discountPercent'],
      [{ discountMinor: 0 }, '/discountMinor'],
      [{ discountMinor: 1.5 }, '/discountMinor'],
      [{ discountPercent: 5, discountMinor: 100 }, '/discountMinor'],
      [{}, '/discountPercent'],
      [{ unlocks: true }, '/ticketTypeIds'],
      [{ discountPercent: 5, ticketTypeIds: [adult, elsewhere] }, '/ticketTypeIds/1'],
      [{ discountPercent: 5, usesMax: -1 }, '/usesMax'],
      [{ discountPercent: 5, startsAt: '2027-01-02T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' }, '/endsAt'],
      [{ discountPercent: 5, usesSold: 3 }, '/usesSold'],
    ] as const) {
      const answer = await create(body)
      expect([answer.statusCode, answer.json().errors?.[0].pointer], JSON.stringify(body)).toEqual([400, pointer])
    }
    const cancelled = await publishEvent(tickets, { status: 'cancelled' })
    expect((await create({ discountPercent: 5 }, cancelled.owner, cancelled.eventId)).json().code).toBe(
      'event-cancelled',
    )
  })
})

describe('the uses of a code', () => {
  it('are limited by the ticket, counted when they are held, and come back', async () => {
    const { id } = (await create({ code: 'TROIS', discountPercent: 100, usesMax: 3 })).json()
    const held = (await order('TROIS', adult, 2)).json()
    expect((await order('TROIS', adult, 2)).json()).toMatchObject({ code: 'promo-code-used-up', remaining: 1 })
    expect(await one(id)).toMatchObject({ usesMax: 3, usesHeld: 2, usesSold: 0 })
    await confirm(held)
    const last = (await order('TROIS')).json()
    expect(await one(id)).toMatchObject({ usesHeld: 1, usesSold: 2 })
    await cancel(last)
    expect(await one(id)).toMatchObject({ usesHeld: 0, usesSold: 2 })
    expect(await violations()).toEqual([])
  })

  it('are counted from the first, also when the limit comes later, goes and comes again', async () => {
    const { id } = (await create({ code: 'TARD', discountPercent: 100, ticketTypeIds: [adult] })).json()
    await confirm((await order('TARD', adult, 2)).json())
    await order('TARD', adult, 1)
    await order(undefined, adult, 5)
    expect(await one(id)).toMatchObject({ usesMax: null, usesHeld: 1, usesSold: 2 })
    const refused = await change(id, { usesMax: 2 })
    expect(refused.json()).toMatchObject({ status: 409, code: 'capacity-below-sold', capacity: 2, held: 1, sold: 2 })
    expect((await change(id, { usesMax: 4 })).json()).toMatchObject({ usesMax: 4, usesHeld: 1, usesSold: 2 })
    expect((await order('TARD', adult, 2)).json()).toMatchObject({ code: 'promo-code-used-up', remaining: 1 })
    expect((await change(id, { usesMax: 2 })).json()).toMatchObject({ code: 'capacity-below-sold' })
    expect((await change(id, { usesMax: 5 })).json()).toMatchObject({ usesMax: 5 })
    expect((await order('TARD', adult, 2)).statusCode).toBe(201)
    expect((await change(id, { usesMax: null })).json()).toMatchObject({ usesMax: null, usesHeld: 3, usesSold: 2 })
    expect((await order('TARD', adult, 2)).statusCode).toBe(201)
    expect((await change(id, { usesMax: 7 })).json()).toMatchObject({ usesMax: 7, usesHeld: 5, usesSold: 2 })
    expect(await violations()).toEqual([])
  })
})

describe('updatePromoCode', () => {
  it('changes what the code does from the next order on', async () => {
    const { id } = (await create({ code: 'FLASH', discountPercent: 50 })).json()
    expect((await order('FLASH')).json().totalMinor).toBe(2_450)
    expect((await change(id, { discountMinor: 1_000 }, '"v1"')).json()).toMatchObject({
      discountPercent: null,
      discountMinor: 1_000,
      version: 2,
    })
    expect((await order('FLASH')).json().totalMinor).toBe(3_900)
    await change(id, { active: false })
    expect((await order('FLASH')).json().code).toBe('promo-code-invalid')
    await change(id, { active: true, endsAt: new Date(tickets.clock.now().getTime() - 1_000).toISOString() })
    expect((await order('FLASH')).json().code).toBe('promo-code-invalid')
    await change(id, { endsAt: null, ticketTypeIds: [child] })
    expect((await order('FLASH')).json().code).toBe('promo-code-invalid')
  })

  it('refuses bad terms, another code, and a version that was not seen', async () => {
    const { id } = (await create({ discountPercent: 50 })).json()
    for (const body of [{}, { code: 'OTHER' }, { discountPercent: null }, { unlocks: true }, { version: 4 }]) {
      expect((await change(id, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
    expect((await change(id, { active: false }, '')).statusCode).toBe(428)
    expect((await change(id, { active: false }, '"v3"')).json()).toMatchObject({ status: 412, currentVersion: 1 })
  })
})

describe('deletePromoCode', () => {
  it('removes what nobody used, and only that', async () => {
    const [used, unused] = [
      (await create({ code: 'USED', discountPercent: 5, usesMax: 9 })).json(),
      (await create({ code: 'UNUSED', discountPercent: 5, usesMax: 9 })).json(),
    ]
    await order('used')
    expect((await remove(used.id, event.owner)).json()).toMatchObject({ status: 409, code: 'promo-code-has-orders' })
    expect((await remove(unused.id, event.owner)).statusCode).toBe(204)
    expect((await remove(unused.id, event.owner)).statusCode).toBe(404)
    expect((await order('unused')).json().code).toBe('promo-code-invalid')
    expect((await create({ code: 'UNUSED', discountPercent: 6 })).statusCode).toBe(201)
    expect(await violations()).toEqual([])
  })

  it('is not the end of a code whose type is deleted: it is switched off rather than good for everything', async () => {
    const { id } = (await create({ discountPercent: 100, ticketTypeIds: [child] })).json()
    const both = (await create({ discountPercent: 100, ticketTypeIds: [adult, child] })).json()
    await tickets.call('DELETE', `/v1/ticket-types/${child}`, { token: event.owner })
    expect(await one(id)).toMatchObject({ active: false, ticketTypeIds: [child] })
    expect(await one(both.id)).toMatchObject({ active: true, ticketTypeIds: [adult] })
    await change(id, { active: true })
    expect((await order((await one(id)).code)).json().code).toBe('promo-code-invalid')
  })
})

describe('listPromoCodes', () => {
  it('shows the latest first, page by page', async () => {
    for (const code of ['A', 'B', 'C']) await create({ code, discountPercent: 5 })
    const first = (await list(event.owner, '?limit=2')).json()
    expect(first.items.map((item: { code: string }) => item.code)).toEqual(['C', 'B'])
    const second = (await list(event.owner, `?limit=2&cursor=${first.nextCursor}`)).json()
    expect([second.items.map((item: { code: string }) => item.code), second.nextCursor]).toEqual([['A'], null])
    expect((await list(event.owner, '?cursor=nonsense')).statusCode).toBe(400)
  })
})

describe('codes', () => {
  it('are for owners and managers; to outsiders they are the same 404 as nothing', async () => {
    const { id } = (await create({ code: 'SECRET', discountPercent: 5 })).json()
    const stranger = (await publishEvent(tickets)).owner
    const [viewer, manager] = [await event.member('finance'), await event.member('manager')]
    const acts = [
      (token?: string) => list(token),
      (token?: string) => create({ discountPercent: 5 }, token ?? ''),
      (token?: string) => change(id, { active: false }, '*', token ?? ''),
      (token?: string) => remove(id, token),
    ]
    for (const act of acts) {
      expect([(await act()).statusCode, (await act(viewer)).statusCode, (await act(stranger)).statusCode]).toEqual([
        401, 403, 404,
      ])
    }
    const bare = (answer: { body: string }) => ({ ...JSON.parse(answer.body), instance: '' })
    const nothing = toId('pro', newUuid())
    expect(bare(await change(id, { active: false }, '*', stranger))).toEqual(
      bare(await change(nothing, { active: false }, '*', stranger)),
    )
    expect(bare(await remove(id, stranger))).toEqual(bare(await remove(nothing, stranger)))
    const statuses: number[] = []
    for (const act of acts) statuses.push((await act(manager)).statusCode)
    expect(statuses).toEqual([200, 201, 200, 204])
  })
})
