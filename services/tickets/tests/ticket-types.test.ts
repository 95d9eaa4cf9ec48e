import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
})
afterAll(() => tickets?.stop())

const BODY = { name: { en: 'Seat' }, priceMinor: 1_500, currency: 'EUR', capacity: 10 }
const create = (body: object, token = event.owner, eventId = event.eventId) =>
  tickets.call('POST', `/v1/events/${eventId}/ticket-types`, { token, body })
const list = (eventId = event.eventId, token?: string) =>
  tickets.call('GET', `/v1/events/${eventId}/ticket-types`, token ? { token } : {})
const change = (id: string, body: object, ifMatch = '*', token = event.owner) =>
  tickets.call('PATCH', `/v1/ticket-types/${id}`, { token, body, headers: ifMatch ? { 'if-match': ifMatch } : {} })

describe('createTicketType', () => {
  it('puts places on sale, and tells members alone how many', async () => {
    const answer = await create({ ...BODY, description: { fr: 'Au parterre' }, minPerOrder: 2, maxPerOrder: 4 })
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.etag).toBe('"v1"')
    const { id } = answer.json()
    expect(answer.json()).toMatchObject({
      availability: 'on-sale',
      remaining: 10,
      capacity: 10,
      held: 0,
      sold: 0,
      version: 1,
    })
    const shown = (await list()).json().items.find((item: { id: string }) => item.id === id)
    expect(shown).toMatchObject({ priceMinor: 1_500, minPerOrder: 2, maxPerOrder: 4, remaining: 10 })
    expect(shown).not.toHaveProperty('capacity')
    const forMember = await list(event.eventId, await event.member('viewer'))
    expect(forMember.json().items[0]).toMatchObject({ capacity: 10, held: 0, sold: 0, version: 1 })
    const forStranger = await list(event.eventId, await tickets.tokens.user({ audience: 'tickets' }))
    expect(forStranger.json().items[0]).not.toHaveProperty('sold')
  })

  it('refuses what is no ticket type, field by field', async () => {
    for (const [body, pointer] of [
      [{ ...BODY, priceMinor: -1 }, '/priceMinor'],
      [{ ...BODY, priceMinor: 0.5 }, '/priceMinor'],
      [{ ...BODY, priceMinor: '1500' }, '/priceMinor'],
      [{ ...BODY, capacity: 2 ** 53 }, '/capacity'],
      [{ ...BODY, currency: 'FRF' }, '/currency'],
      [{ ...BODY, currency: 'eur' }, '/currency'],
      [{ ...BODY, name: {} }, '/name'],
      [{ ...BODY, sold: 3 }, '/sold'],
      [{ ...BODY, minPerOrder: 5, maxPerOrder: 4 }, '/maxPerOrder'],
      [{ ...BODY, salesStartAt: '2027-01-02T00:00:00Z', salesEndAt: '2027-01-01T00:00:00Z' }, '/salesEndAt'],
      [{ ...BODY, salesStartAt: 'tomorrow' }, '/salesStartAt'],
    ] as const) {
      const answer = await create(body)
      expect(answer.statusCode, JSON.stringify(body)).toBe(400)
      expect(answer.json().errors[0].pointer).toBe(pointer)
    }
  })

  it('is for owners and managers; to outsiders the event does not exist', async () => {
    const url = `/v1/events/${event.eventId}/ticket-types`
    expect((await tickets.call('POST', url, { body: BODY })).statusCode).toBe(401)
    expect((await create(BODY, await event.member('viewer'))).statusCode).toBe(403)
    const stranger = (await publishEvent(tickets)).owner
    const theirs = await create(BODY, stranger)
    const nothing = await create(BODY, stranger, toId('evt', newUuid()))
    expect([theirs.statusCode, nothing.statusCode]).toEqual([404, 503])
    expect((await create(BODY, await tickets.tokens.service('events', 'tickets'))).statusCode).toBe(403)
  })

  it('keeps an event to one currency', async () => {
    expect((await create({ ...BODY, currency: 'CHF' })).json()).toMatchObject({
      status: 409,
      code: 'currency-differs',
      currency: 'EUR',
    })
    const another = await publishEvent(tickets)
    const answers = await Promise.all(
      ['EUR', 'CHF', 'EUR', 'CHF'].map((currency) => create({ ...BODY, currency }, another.owner, another.eventId)),
    )
    const made = answers.filter((answer) => answer.statusCode === 201).map((answer) => answer.json().currency)
    expect(new Set(made).size).toBe(1)
    expect(made).toHaveLength(2)
  })

  it('is refused for a cancelled event', async () => {
    const cancelled = await publishEvent(tickets, { status: 'cancelled' })
    expect((await create(BODY, cancelled.owner, cancelled.eventId)).json().code).toBe('event-cancelled')
  })
})

describe('listTicketTypes', () => {
  it('says when each sale opens, ends, and is sold out, by the server’s clock', async () => {
    const own = await publishEvent(tickets)
    const in1h = new Date(tickets.clock.now().getTime() + 3_600_000).toISOString()
    const before1h = new Date(tickets.clock.now().getTime() - 3_600_000).toISOString()
    await sell(tickets, own, { salesStartAt: in1h })
    await sell(tickets, own, { salesEndAt: before1h })
    await sell(tickets, own, { capacity: 0 })
    await sell(tickets, own, { capacity: 21 })
    const { items, serverTime, currency } = (await list(own.eventId)).json()
    expect(
      items.map((item: { availability: string; remaining: number }) => [item.availability, item.remaining]),
    ).toEqual([
      ['not-yet-open', null],
      ['ended', null],
      ['sold-out', null],
      ['on-sale', null],
    ])
    expect(serverTime).toBe(tickets.clock.now().toISOString())
    expect(currency).toBe('EUR')
  })

  it('shows a draft to members alone; to others it is the same 404 as nothing', async () => {
    const draft = await publishEvent(tickets, { status: 'draft' })
    await sell(tickets, draft)
    expect((await list(draft.eventId, draft.owner)).json().items).toHaveLength(1)
    const [secret, nothing] = [await list(draft.eventId), await list(toId('evt', newUuid()))]
    const bare = (body: string) => ({ ...JSON.parse(body), instance: '' })
    expect([secret.statusCode, bare(secret.body)]).toEqual([nothing.statusCode, bare(nothing.body)])
    expect((await list('evt_nonsense')).statusCode).toBe(404)
  })
})

describe('updateTicketType', () => {
  it('changes terms for orders to come, and the price of none that is held', async () => {
    const id = await sell(tickets, event)
    const order = await hold(tickets, event.eventId, id, 2)
    const answer = await change(id, { priceMinor: 9_900, name: { fr: 'Tardif' }, description: null }, '"v1"')
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.json()).toMatchObject({ priceMinor: 9_900, name: { fr: 'Tardif' }, version: 2, held: 2 })
    const held = await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })
    expect(held.json().totalMinor).toBe(9_800)
    expect((await hold(tickets, event.eventId, id)).totalMinor).toBe(9_900)
  })

  it('asks which version was meant, and refuses an old one', async () => {
    const id = await sell(tickets, event)
    expect((await change(id, { priceMinor: 1 }, '')).statusCode).toBe(428)
    expect((await change(id, { priceMinor: 1 }, '"v1"')).statusCode).toBe(200)
    expect((await change(id, { priceMinor: 2 }, '"v1"')).json()).toMatchObject({ status: 412, currentVersion: 2 })
  })

  it('never takes places from those who have them, and names the numbers', async () => {
    const id = await sell(tickets, event, { capacity: 10 })
    await hold(tickets, event.eventId, id, 4)
    const refused = await change(id, { capacity: 3 })
    expect(refused.json()).toMatchObject({ status: 409, code: 'capacity-below-sold', capacity: 3, held: 4, sold: 0 })
    expect((await change(id, { capacity: 4 })).json()).toMatchObject({ capacity: 4, availability: 'sold-out' })
    expect((await change(id, { capacity: 5 })).json()).toMatchObject({ availability: 'on-sale', remaining: 1 })
  })

  it('refuses bad terms, strangers and nothing at all', async () => {
    const id = await sell(tickets, event)
    for (const body of [{}, { currency: 'CHF' }, { capacity: 1.5 }, { minPerOrder: 11 }, { held: 0 }, { version: 7 }]) {
      expect((await change(id, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
    const stranger = (await publishEvent(tickets)).owner
    expect((await change(id, { priceMinor: 1 }, '*', stranger)).statusCode).toBe(404)
    expect((await change(toId('typ', newUuid()), { priceMinor: 1 }, '*', stranger)).statusCode).toBe(404)
    expect((await change(id, { priceMinor: 1 }, '*', await event.member('finance'))).statusCode).toBe(403)
    expect((await tickets.call('PATCH', `/v1/ticket-types/${id}`, { body: { priceMinor: 1 } })).statusCode).toBe(401)
  })
})

describe('deleteTicketType', () => {
  const remove = (id: string, token?: string) =>
    tickets.call('DELETE', `/v1/ticket-types/${id}`, token ? { token } : {})

  it('removes what nobody ordered, and only that', async () => {
    const [unsold, sold] = [await sell(tickets, event), await sell(tickets, event)]
    await hold(tickets, event.eventId, sold)
    expect((await remove(unsold, event.owner)).statusCode).toBe(204)
    expect((await remove(unsold, event.owner)).statusCode).toBe(404)
    expect((await remove(sold, event.owner)).json().code).toBe('ticket-type-has-orders')
  })

  it('is refused to everyone else', async () => {
    const id = await sell(tickets, event)
    expect((await remove(id)).statusCode).toBe(401)
    expect((await remove(id, await event.member('support'))).statusCode).toBe(403)
    expect((await remove(id, await tickets.tokens.user({ audience: 'tickets' }))).statusCode).toBe(404)
  })
})
