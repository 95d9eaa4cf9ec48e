import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expireHolds } from '../src/jobs/expire-holds.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

let tickets: Tickets
let event: PublishedEvent
let [adult, child] = ['', '']
beforeAll(async () => {
  tickets = await startTickets()
})
beforeEach(async () => {
  event = await publishEvent(tickets)
  adult = await sell(tickets, event, { priceMinor: 0 })
  child = await sell(tickets, event, { priceMinor: 0 })
})
afterAll(() => tickets?.stop())

const create = (body: object, token: string | undefined = event.owner, eventId = event.eventId) =>
  tickets.call('POST', `/v1/events/${eventId}/allotments`, { ...(token ? { token } : {}), body })
const list = (token?: string) => tickets.call('GET', `/v1/events/${event.eventId}/allotments`, token ? { token } : {})
const change = (id: string, body: object, ifMatch = '*', token: string | undefined = event.owner) =>
  tickets.call('PATCH', `/v1/allotments/${id}`, {
    ...(token ? { token } : {}),
    body,
    headers: ifMatch ? { 'if-match': ifMatch } : {},
  })
const remove = (id: string, token?: string) => tickets.call('DELETE', `/v1/allotments/${id}`, token ? { token } : {})
const order = (typeId: string, quantity = 1) =>
  tickets.call('POST', '/v1/orders', { body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }] } })
const confirm = async (typeId: string, quantity: number) => {
  const { id, secret } = await hold(tickets, event.eventId, typeId, quantity)
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
  const paid = await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })
  expect(paid.statusCode, paid.body).toBe(201)
  return id
}
const one = async (id: string) => (await list(event.owner)).json().items.find((item: { id: string }) => item.id === id)
const violations = () => findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })

describe('a quota that types share', () => {
  it('limits them together, whatever each has left of its own', async () => {
    const made = await create({ kind: 'shared', name: { fr: 'Gradins' }, capacity: 3, ticketTypeIds: [adult, child] })
    expect(made.statusCode, made.body).toBe(201)
    expect(made.headers.etag).toBe('"v1"')
    expect(made.json()).toEqual({
      id: expect.stringMatching(/^alo_/),
      kind: 'shared',
      name: { fr: 'Gradins' },
      capacity: 3,
      held: 0,
      sold: 0,
      ticketTypeIds: [adult, child],
      version: 1,
    })
    expect((await order(adult, 2)).statusCode).toBe(201)
    expect((await order(child, 2)).json()).toMatchObject({ code: 'sold-out', remaining: 1 })
    expect((await order(child, 1)).statusCode).toBe(201)
    expect((await order(adult, 1)).json()).toMatchObject({ code: 'sold-out', remaining: 0 })
    expect(await one(made.json().id)).toMatchObject({ held: 3, sold: 0 })
    expect(await violations()).toEqual([])
  })

  it('counts what is held and sold already, and gives it back when a hold ends', async () => {
    await hold(tickets, event.eventId, adult, 2)
    await confirm(child, 3)
    const { id } = (await create({ kind: 'shared', capacity: 5, ticketTypeIds: [adult, child] })).json()
    expect(await one(id)).toMatchObject({ held: 2, sold: 3 })
    expect((await order(child)).json()).toMatchObject({ code: 'sold-out' })
    tickets.clock.advance(601)
    while ((await expireHolds.run(tickets.context)) > 0);
    expect(await one(id)).toMatchObject({ held: 0, sold: 3 })
    expect(await violations()).toEqual([])
  })

  it('cannot be smaller than what is taken, and names the numbers', async () => {
    await hold(tickets, event.eventId, adult, 2)
    await confirm(child, 1)
    const refused = await create({ kind: 'shared', capacity: 2, ticketTypeIds: [adult, child] })
    expect(refused.json()).toMatchObject({ status: 409, code: 'capacity-below-sold', capacity: 2, held: 2, sold: 1 })
    expect((await list(event.owner)).json().items).toEqual([])
    const { id } = (await create({ kind: 'shared', capacity: 3, ticketTypeIds: [adult, child] })).json()
    expect((await change(id, { capacity: 2 })).json()).toMatchObject({ code: 'capacity-below-sold', held: 2, sold: 1 })
    expect((await change(id, { capacity: 4 }, '"v1"')).json()).toMatchObject({ capacity: 4, version: 2 })
    expect((await order(adult)).statusCode).toBe(201)
    expect(await violations()).toEqual([])
  })

  it('takes other types in, and lets them go, with the places they have', async () => {
    await hold(tickets, event.eventId, adult, 2)
    await confirm(child, 3)
    const { id } = (await create({ kind: 'shared', capacity: 4, ticketTypeIds: [adult] })).json()
    expect((await change(id, { ticketTypeIds: [adult, child] })).json()).toMatchObject({ code: 'capacity-below-sold' })
    expect(await one(id)).toMatchObject({ held: 2, sold: 0, ticketTypeIds: [adult] })
    const swapped = await change(id, { ticketTypeIds: [child] })
    expect(swapped.json()).toMatchObject({ held: 0, sold: 3, ticketTypeIds: [child], version: 2 })
    const both = await change(id, { ticketTypeIds: [adult, child], capacity: 5 })
    expect(both.json()).toMatchObject({ held: 2, sold: 3, capacity: 5 })
    expect(await violations()).toEqual([])
    expect((await remove(id, event.owner)).statusCode).toBe(204)
    expect((await order(adult, 5)).statusCode).toBe(201)
    expect(await violations()).toEqual([])
  })
})

describe('the capacity of an event', () => {
  it('is over all types, also those to come', async () => {
    const made = (await create({ kind: 'event', capacity: 3 })).json()
    expect(made).toMatchObject({ kind: 'event', name: null, ticketTypeIds: [adult, child] })
    const late = await sell(tickets, event)
    expect((await one(made.id)).ticketTypeIds).toEqual([adult, child, late])
    expect((await order(adult, 2)).statusCode).toBe(201)
    expect((await order(late, 2)).json()).toMatchObject({ code: 'sold-out' })
    expect((await order(late, 1)).statusCode).toBe(201)
    expect(await violations()).toEqual([])
  })

  it('is one', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => create({ kind: 'event', capacity: 9 })))
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409, 409])
    const refused = answers.find((answer) => answer.statusCode === 409)
    const made = answers.find((answer) => answer.statusCode === 201)?.json()
    expect(refused?.json()).toMatchObject({ code: 'event-capacity-exists', allotmentId: made.id })
    expect((await list(event.owner)).json().items).toEqual([made])
  })

  it('can stand before there is any type', async () => {
    event = await publishEvent(tickets)
    const { id } = (await create({ kind: 'event', capacity: 1 })).json()
    const type = await sell(tickets, event)
    expect((await order(type, 2)).json().code).toBe('sold-out')
    expect(await one(id)).toMatchObject({ ticketTypeIds: [type] })
  })
})

describe('allotments', () => {
  it('refuse what is none, field by field', async () => {
    const elsewhere = await sell(tickets, await publishEvent(tickets))
    for (const [body, pointer] of [
      [{ kind: 'type', capacity: 1 }, '/kind'],
      [{ kind: 'promo', capacity: 1 }, '/kind'],
      [{ kind: 'event', capacity: -1 }, '/capacity'],
      [{ kind: 'event', capacity: 1.5 }, '/capacity'],
      [{ kind: 'event', capacity: 1, ticketTypeIds: [adult] }, '/ticketTypeIds'],
      [{ kind: 'shared', capacity: 1 }, '/ticketTypeIds'],
      [{ kind: 'shared', capacity: 1, ticketTypeIds: [] }, '/ticketTypeIds'],
      [{ kind: 'shared', capacity: 1, ticketTypeIds: [adult, adult] }, '/ticketTypeIds'],
      [{ kind: 'shared', capacity: 1, ticketTypeIds: [adult, elsewhere] }, '/ticketTypeIds/1'],
      [{ kind: 'shared', capacity: 1, ticketTypeIds: [toId('typ', newUuid())] }, '/ticketTypeIds/0'],
      [{ kind: 'event', capacity: 1, name: {} }, '/name'],
      [{ kind: 'event', capacity: 1, held: 3 }, '/held'],
    ] as const) {
      const answer = await create(body)
      expect([answer.statusCode, answer.json().errors?.[0].pointer], JSON.stringify(body)).toEqual([400, pointer])
    }
    const { id } = (await create({ kind: 'event', capacity: 1 })).json()
    for (const body of [{}, { kind: 'shared' }, { ticketTypeIds: [adult] }, { sold: 1 }]) {
      expect((await change(id, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
    expect((await change(id, { capacity: 2 }, '')).statusCode).toBe(428)
    expect((await change(id, { capacity: 2 }, '"v7"')).json()).toMatchObject({ status: 412, currentVersion: 1 })
    expect((await change(id, { name: { en: 'Hall' } })).json()).toMatchObject({ name: { en: 'Hall' }, capacity: 1 })
    expect((await change(id, { name: null })).json()).toMatchObject({ name: null, version: 3 })
  })

  it('are for owners and managers; to outsiders they are the same 404 as nothing', async () => {
    const { id } = (await create({ kind: 'event', capacity: 50 })).json()
    const body = { kind: 'shared', capacity: 1, ticketTypeIds: [adult] }
    const stranger = (await publishEvent(tickets)).owner
    const [viewer, manager] = [await event.member('viewer'), await event.member('manager')]
    const acts = [
      (token?: string) => list(token),
      (token?: string) => create(body, token ?? ''),
      (token?: string) => change(id, { capacity: 60 }, '*', token ?? ''),
      (token?: string) => remove(id, token),
    ]
    for (const act of acts) {
      expect([(await act()).statusCode, (await act(viewer)).statusCode, (await act(stranger)).statusCode]).toEqual([
        401, 403, 404,
      ])
    }
    const bare = (answer: { body: string }) => ({ ...JSON.parse(answer.body), instance: '' })
    const nothing = toId('alo', newUuid())
    expect(bare(await change(id, { capacity: 2 }, '*', stranger))).toEqual(
      bare(await change(nothing, { capacity: 2 }, '*', stranger)),
    )
    expect(bare(await remove(id, stranger))).toEqual(bare(await remove(nothing, stranger)))
    const statuses: number[] = []
    for (const act of acts) statuses.push((await act(manager)).statusCode)
    expect(statuses).toEqual([200, 201, 200, 204])
    expect((await remove(id, manager)).statusCode).toBe(404)
  })

  it('do not show the pools of single types, and leave them their only address: the type', async () => {
    const own = await tickets.context.db
      .selectFrom('allotment')
      .select('id')
      .where('kind', '=', 'type')
      .executeTakeFirstOrThrow()
    expect((await list(event.owner)).json().items).toEqual([])
    expect((await change(toId('alo', own.id), { capacity: 5 })).statusCode).toBe(404)
    expect((await remove(toId('alo', own.id), event.owner)).statusCode).toBe(404)
  })

  it('are not made for an event that is cancelled', async () => {
    const cancelled = await publishEvent(tickets, { status: 'cancelled' })
    const answer = await create({ kind: 'event', capacity: 1 }, cancelled.owner, cancelled.eventId)
    expect(answer.json().code).toBe('event-cancelled')
  })
})
