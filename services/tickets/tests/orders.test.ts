import { randomBytes } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireHolds } from '../src/jobs/expire-holds.ts'
import { BUYER, hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 10_000, priceMinor: 0 })
})
afterAll(() => tickets?.stop())

const get = (id: string, secret?: string, token?: string) =>
  tickets.call('GET', `/v1/orders/${id}`, { ...(secret ? { secret } : {}), ...(token ? { token } : {}) })
const post = (order: { id: string; secret: string }, act: string, body?: object) =>
  tickets.call('POST', `/v1/orders/${order.id}/${act}`, { secret: order.secret, ...(body ? { body } : {}) })
const claim = (order: { id: string; secret: string }) =>
  post(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' })
const bare = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  { ...JSON.parse(answer.body), instance: '' },
]

describe('an order that is not yours', () => {
  it('S-50: is the same 404 as none, for every operation and every kind of caller', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    const other = await hold(tickets, event.eventId, typeId)
    const nothing = bare(await get(toId('ord', newUuid()), randomBytes(32).toString('base64url')))
    const stranger = await tickets.tokens.user({
      audience: 'tickets',
      memberships: { [toId('org', newUuid())]: 'owner' },
    })
    for (const answer of [
      await get(order.id),
      await get(order.id, other.secret),
      await get(order.id, randomBytes(32).toString('base64url')),
      await get(order.id, order.secret.slice(0, -1)),
      await get(order.id, undefined, stranger),
      await get(order.id, undefined, await tickets.tokens.service('events', 'tickets')),
      await get('ord_1', order.secret),
      await post({ ...order, secret: other.secret }, 'extension'),
      await post({ ...order, secret: other.secret }, 'cancellation'),
      await post({ ...order, secret: other.secret }, 'payment-check'),
      await claim({ ...order, secret: other.secret }),
      await tickets.call('PATCH', `/v1/orders/${order.id}`, { secret: other.secret, body: { buyer: BUYER } }),
    ]) {
      expect(bare(answer)).toEqual(nothing)
    }
    expect((await get(order.id, order.secret)).json()).toMatchObject({ state: 'held', version: 1 })
  })

  it('may be read by members, whose codes depend on the role, and by notifications, who get the secret', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    await claim(order)
    const as = async (role: string) => get(order.id, undefined, await event.member(role))
    expect((await as('viewer')).json().tickets[0].code).toBeNull()
    expect((await as('support')).json().tickets[0].code).toMatch(/^GT1\./)
    expect((await as('door')).statusCode).toBe(403)
    const mail = await get(order.id, undefined, await tickets.tokens.service('notifications', 'tickets'))
    expect(mail.json()).toMatchObject({ secret: order.secret, state: 'confirmed' })
    expect((await as('owner')).json()).not.toHaveProperty('secret')
  })
})

describe('updateOrder', () => {
  const update = (order: { id: string; secret: string }, body: object) =>
    tickets.call('PATCH', `/v1/orders/${order.id}`, { secret: order.secret, body })

  it('says who buys, in which language, and nothing else', async () => {
    const order = await hold(tickets, event.eventId, typeId, 1, { buyer: undefined })
    expect(order.buyer).toBeNull()
    const answer = await update(order, { buyer: BUYER, locale: 'en' })
    expect(answer.json()).toMatchObject({ buyer: BUYER, locale: 'en', version: 2 })
    for (const body of [
      {},
      { totalMinor: 0 },
      { state: 'confirmed' },
      { buyer: { ...BUYER, admin: true } },
      { buyer: null },
    ]) {
      expect((await update(order, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
    await claim(order)
    expect((await update(order, { locale: 'fr' })).json()).toMatchObject({ status: 409, code: 'order-not-held' })
  })
})

describe('extendOrder', () => {
  it('S-45: gives ten minutes from now on, ten times, and never again', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    for (let left = 9; left >= 0; left--) {
      tickets.clock.advance(400)
      const extended = (await post(order, 'extension')).json()
      expect(extended.extensionsLeft).toBe(left)
      expect(Date.parse(extended.expiresAt)).toBe(tickets.clock.now().getTime() + 600_000)
    }
    expect((await post(order, 'extension')).json()).toMatchObject({
      status: 409,
      code: 'no-extension-left',
      extensions: 10,
    })
  })

  it('S-45: adds up to nothing when asked for many times at once, and costs no extension then', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    for (let time = 0; time < 12; time++) {
      const { extensionsLeft, expiresAt } = (await post(order, 'extension')).json()
      expect([extensionsLeft, expiresAt]).toEqual([10, order.expiresAt])
    }
    await post(order, 'cancellation')
  })

  it('does not bring back a hold whose time is over', async () => {
    const order = await hold(tickets, event.eventId, typeId)
    tickets.clock.advance(600)
    expect((await post(order, 'extension')).json().code).toBe('hold-expired')
    expect((await claim(order)).json().code).toBe('hold-expired')
    await expireHolds.run(tickets.context)
    expect((await get(order.id, order.secret)).json()).toMatchObject({ state: 'expired', extensionsLeft: 0 })
    expect((await post(order, 'extension')).json().code).toBe('hold-expired')
  })
})

describe('cancelOrder', () => {
  it('puts the places back on sale at once, and may be repeated', async () => {
    const last = await sell(tickets, event, { capacity: 1, priceMinor: 0 })
    const order = await hold(tickets, event.eventId, last)
    expect((await post(order, 'cancellation')).json()).toMatchObject({ state: 'cancelled' })
    expect((await post(order, 'cancellation')).statusCode).toBe(200)
    const next = await hold(tickets, event.eventId, last)
    expect((await claim(next)).statusCode).toBe(201)
    expect((await post(next, 'cancellation')).json()).toMatchObject({
      status: 409,
      code: 'order-not-held',
      state: 'confirmed',
    })
    expect((await claim(order)).json()).toMatchObject({ code: 'order-not-held', state: 'cancelled' })
  })

  it('is open to members who serve buyers', async () => {
    const cancel = async (id: string, role: string) =>
      (await tickets.call('POST', `/v1/orders/${id}/cancellation`, { token: await event.member(role) })).statusCode
    const order = await hold(tickets, event.eventId, typeId)
    expect(await cancel(order.id, 'viewer')).toBe(403)
    expect(await cancel(order.id, 'support')).toBe(200)
  })
})

describe('expiry', () => {
  it('puts the places of every hold whose time is over back, in batches, and touches no other', async () => {
    const own = await publishEvent(tickets)
    const type = await sell(tickets, own, { capacity: 500 })
    const orders = await Promise.all(Array.from({ length: 40 }, () => hold(tickets, own.eventId, type, 10)))
    const [extended, paid] = [orders[0], orders[1]]
    tickets.clock.advance(300)
    await post(extended, 'extension')
    tickets.clock.advance(301)
    const late = await hold(tickets, own.eventId, type, 5)
    while ((await expireHolds.run(tickets.context)) > 0);
    const sales = async () =>
      (await tickets.call('GET', `/v1/events/${own.eventId}/sales`, { token: own.owner })).json()
    expect((await sales()).ticketTypes[0]).toMatchObject({ held: 15, sold: 0 })
    expect((await sales()).orders).toMatchObject({ held: 2, expired: 39 })
    expect((await get(paid.id, paid.secret)).json().state).toBe('expired')
    expect((await get(late.id, late.secret)).json().state).toBe('held')
  })
})

describe('a free order', () => {
  it('is confirmed at once, with codes that its event’s door can check', async () => {
    const order = await hold(tickets, event.eventId, typeId, 3)
    const answer = await claim(order)
    expect(answer.json()).toMatchObject({ state: 'succeeded', provider: 'free', amountMinor: 0, redirectUrl: null })
    const confirmed = (await get(order.id, order.secret)).json()
    expect(confirmed).toMatchObject({ state: 'confirmed', confirmedAt: tickets.clock.now().toISOString() })
    expect(confirmed.tickets).toHaveLength(3)
    for (const ticket of confirmed.tickets) {
      expect(ticket).toMatchObject({ state: 'valid', holderName: BUYER.name, ticketTypeId: typeId })
      const facts = tickets.context.ticketCodes.verify(ticket.code)
      expect(facts && toId('tkt', facts.ticketId)).toBe(ticket.id)
      expect(facts && toId('evt', facts.eventId)).toBe(event.eventId)
    }
    expect(new Set(confirmed.tickets.map((ticket: { code: string }) => ticket.code)).size).toBe(3)
  })

  it('S-45: cannot be had for what costs money, nor without a name', async () => {
    const paid = await hold(tickets, event.eventId, await sell(tickets, event, { priceMinor: 1 }))
    expect((await claim(paid)).json()).toMatchObject({ status: 409, code: 'payment-required' })
    const nameless = await hold(tickets, event.eventId, typeId, 1, { buyer: undefined })
    expect((await claim(nameless)).json()).toMatchObject({ status: 409, code: 'buyer-missing' })
    const free = await hold(tickets, event.eventId, typeId)
    const simulated = { provider: 'simulated', returnUrl: 'http://localhost:4000/' }
    expect((await post(free, 'payments', simulated)).json().code).toBe('order-free')
  })

  it('gives each organizer numbers without a gap', async () => {
    const own = await publishEvent(tickets)
    const type = await sell(tickets, own, { priceMinor: 0 })
    const orders = await Promise.all(Array.from({ length: 12 }, () => hold(tickets, own.eventId, type)))
    await Promise.all(orders.map((order, index) => (index % 3 === 0 ? post(order, 'cancellation') : claim(order))))
    const list = await tickets.call('GET', `/v1/events/${own.eventId}/orders?state=confirmed`, { token: own.owner })
    const numbers = list.json().items.map((order: { number: string }) => order.number)
    expect(numbers.sort()).toEqual(['000001', '000002', '000003', '000004', '000005', '000006', '000007', '000008'])
  })
})

describe('lists', () => {
  it('of my orders: mine alone, latest first, page by page', async () => {
    const userId = newUserId()
    const token = await tickets.tokens.user({ audience: 'tickets', userId })
    const made: string[] = []
    for (let index = 0; index < 5; index++) {
      const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }] }
      made.unshift((await tickets.call('POST', '/v1/orders', { token, body })).json().id)
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = (await tickets.call('GET', `/v1/me/orders?limit=2${cursor}`, { token })).json()
      seen.push(...page.items.map((order: { id: string }) => order.id))
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : ''
    } while (cursor)
    expect(seen).toEqual(made)
    expect((await tickets.call('GET', '/v1/me/orders')).statusCode).toBe(401)
    expect((await tickets.call('GET', '/v1/me/orders?limit=201', { token })).statusCode).toBe(400)
    expect((await tickets.call('GET', '/v1/me/orders?cursor=forged', { token })).statusCode).toBe(400)
  })

  it('of an event’s orders: by state and text, for its members alone', async () => {
    const own = await publishEvent(tickets)
    const type = await sell(tickets, own, { priceMinor: 0 })
    const order = await hold(tickets, own.eventId, type, 1, {
      buyer: { name: 'Zoé 100%_sure', email: 'zoe@example.org' },
    })
    await hold(tickets, own.eventId, type)
    const list = async (query: string, token = own.owner) =>
      tickets.call('GET', `/v1/events/${own.eventId}/orders${query}`, { token })
    const ids = async (query: string) => (await list(query)).json().items.map((one: { id: string }) => one.id)
    expect(await ids('?text=zo%C3%A9')).toEqual([order.id])
    expect(await ids('?text=100%25_s')).toEqual([order.id])
    expect(await ids('?text=%25')).toEqual([order.id])
    expect(await ids('?state=held')).toHaveLength(2)
    expect(await ids('?state=refunded')).toEqual([])
    expect((await list('?state=sold')).statusCode).toBe(400)
    expect((await list('', await own.member('door'))).statusCode).toBe(403)
    expect((await list('', event.owner)).statusCode).toBe(404)
    expect((await tickets.call('GET', `/v1/events/${own.eventId}/orders`)).statusCode).toBe(401)
    expect((await tickets.call('GET', `/v1/events/${own.eventId}/sales`, { token: event.owner })).statusCode).toBe(404)
  })
})

describe('closeEvent', () => {
  const close = async (eventId: string, service = 'events') =>
    tickets.call('POST', `/v1/internal/events/${eventId}/closure`, {
      token: await tickets.tokens.service(service, 'tickets'),
    })

  it('ends the sale for good when there were no orders, so that the event may be deleted', async () => {
    const own = await publishEvent(tickets)
    const type = await sell(tickets, own)
    const order = await hold(tickets, own.eventId, type)
    expect((await close(own.eventId)).json()).toMatchObject({ status: 409, code: 'event-has-orders' })
    await hold(tickets, own.eventId, type)
    await post(order, 'cancellation')
    expect((await close(own.eventId)).statusCode).toBe(409)
    const empty = await publishEvent(tickets)
    const emptyType = await sell(tickets, empty)
    expect((await close(empty.eventId)).statusCode).toBe(200)
    await expect(hold(tickets, empty.eventId, emptyType)).rejects.toThrow('sale-closed')
    expect((await close(toId('evt', newUuid()))).statusCode).toBe(200)
  })

  it('is for the service events alone', async () => {
    expect((await close(event.eventId, 'notifications')).statusCode).toBe(403)
    const url = `/v1/internal/events/${event.eventId}/closure`
    expect((await tickets.call('POST', url)).statusCode).toBe(401)
    expect((await tickets.call('POST', url, { token: event.owner })).statusCode).toBe(403)
  })
})

it('leaves books that close', async () => {
  expect(await findViolations({ databaseUrl: tickets.database.url })).toEqual([])
})
