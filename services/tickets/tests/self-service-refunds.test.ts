import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell } from './fixture.ts'
import { bought } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const POLICY = { enabled: true, untilDays: 7, keptBp: 1_000 }

async function save(url: string, body: object, token: string, version = '"v0"') {
  return shop.tickets.call('PUT', url, { token, body, headers: { 'if-match': version } })
}
const ofEvent = (event: PublishedEvent) => `/v1/events/${event.eventId}/refund-policy`
const ofOrganizer = (event: PublishedEvent) => `/v1/organizers/${event.organizerId}/refund-policy`
const request = async (order: { id: string; secret: string }, body: object, headers?: Record<string, string>) =>
  shop.tickets.call('POST', `/v1/orders/${order.id}/refund-requests`, {
    secret: order.secret,
    body,
    ...(headers ? { headers } : {}),
  })

describe('what an organizer takes back', () => {
  it('is nothing until he says so, his own terms for all events, and the event’s own before them', async () => {
    const event = await publishEvent(shop.tickets)
    const read = async () => (await shop.tickets.call('GET', ofEvent(event))).json()
    expect(await read()).toMatchObject({ enabled: false, inherited: true, until: null })
    expect((await save(ofOrganizer(event), POLICY, event.owner)).json()).toEqual({ ...POLICY, version: 1 })
    const until = new Date(Date.parse(event.startsAt) - 7 * 86_400_000).toISOString()
    expect(await read()).toMatchObject({ ...POLICY, inherited: true, until })
    expect((await save(ofEvent(event), { ...POLICY, enabled: false }, event.owner)).statusCode).toBe(200)
    expect(await read()).toMatchObject({ enabled: false, inherited: false, until: null, version: 1 })
    for (let time = 0; time < 2; time++) {
      expect((await shop.tickets.call('DELETE', ofEvent(event), { token: event.owner })).statusCode).toBe(204)
    }
    expect(await read()).toMatchObject({ ...POLICY, inherited: true })
  })

  it('is changed by owners and managers who have seen the last version', async () => {
    const event = await publishEvent(shop.tickets)
    for (const url of [ofEvent(event), ofOrganizer(event)]) {
      expect((await shop.tickets.call('PUT', url, { body: POLICY })).statusCode).toBe(401)
      expect((await save(url, POLICY, await event.member('finance'))).statusCode).toBe(403)
      expect((await save(url, POLICY, (await publishEvent(shop.tickets)).owner)).statusCode).toBe(404)
      expect((await save(url, { ...POLICY, keptBp: 10_001 }, event.owner)).statusCode).toBe(400)
      expect((await save(url, { ...POLICY, grace: 1 }, event.owner)).statusCode).toBe(400)
      expect((await shop.tickets.call('PUT', url, { token: event.owner, body: POLICY })).statusCode).toBe(428)
      expect((await save(url, POLICY, await event.member('manager'))).statusCode).toBe(200)
      expect((await save(url, POLICY, event.owner)).statusCode).toBe(412)
      expect((await save(url, POLICY, event.owner, '"v1"')).json().version).toBe(2)
    }
    const other = await publishEvent(shop.tickets)
    const first = await Promise.all(
      [1, 2, 3].map((days) => save(ofEvent(other), { ...POLICY, untilDays: days }, other.owner)),
    )
    expect(first.map((answer) => answer.statusCode).sort()).toEqual([200, 412, 412])
    const finance = await event.member('finance')
    expect((await shop.tickets.call('GET', ofOrganizer(event), { token: finance })).statusCode).toBe(200)
    const stranger = (await publishEvent(shop.tickets)).owner
    expect((await shop.tickets.call('GET', ofOrganizer(event), { token: stranger })).statusCode).toBe(404)
    expect((await shop.tickets.call('DELETE', ofEvent(event), { token: stranger })).statusCode).toBe(404)
  })
})

describe('a buyer who gives tickets back', () => {
  it('sees the exact amount first, gets it, and may give back the rest later', async () => {
    const event = await publishEvent(shop.tickets)
    await save(ofOrganizer(event), { ...POLICY, keptBp: 333 }, event.owner)
    const order = await bought(shop, 2, { event, type: await sell(shop.tickets, event) })
    const [ticket] = order.tickets
    const seen = await request(order, { ticketIds: [ticket?.id], dryRun: true })
    // 3.33 % of 49.00 are 1.6317: kept is what is rounded down.
    expect([seen.statusCode, seen.json()]).toEqual([
      200,
      expect.objectContaining({ dryRun: true, amountMinor: 4_737, keptMinor: 163, endsOrder: false }),
    ])
    const headers = { 'idempotency-key': randomUUID() }
    const given = await request(order, { ticketIds: [ticket?.id] }, headers)
    expect([given.statusCode, given.json()]).toEqual([
      201,
      expect.objectContaining({ amountMinor: 4_737, reason: 'self-service', state: 'succeeded', note: null }),
    ])
    expect((await request(order, { ticketIds: [ticket?.id] }, headers)).json()).toEqual(given.json())
    expect((await request(order, { ticketIds: [ticket?.id] })).json().code).toBe('tickets-not-refundable')
    expect((await request(order, {})).json()).toMatchObject({ amountMinor: 4_737, endsOrder: true })
    expect(await shop.read(order)).toMatchObject({ state: 'refunded', refundedMinor: 9_474 })
    expect((await request(order, {})).json().code).toBe('order-not-refundable')
  })

  it('cannot where it is not offered, or too late, nor say the amount, nor take what others bought', async () => {
    const event = await publishEvent(shop.tickets)
    const order = await bought(shop, 1, { event, type: await sell(shop.tickets, event) })
    expect((await request(order, {})).json().code).toBe('refund-not-offered')
    await save(ofEvent(event), { ...POLICY, untilDays: 31 }, event.owner)
    expect((await request(order, {})).json()).toMatchObject({ code: 'refund-too-late', until: expect.any(String) })
    await save(ofEvent(event), POLICY, event.owner, '"v1"')
    for (const body of [{ amountMinor: 1 }, { force: true }, { ticketIds: [] }]) {
      expect((await request(order, body)).statusCode).toBe(400)
    }
    const other = await bought(shop, 1)
    expect((await request({ ...order, secret: other.secret }, {})).statusCode).toBe(404)
    expect((await request(order, { ticketIds: [other.tickets[0]?.id] })).json().code).toBe('tickets-not-refundable')
    const url = `/v1/orders/${order.id}/refund-requests`
    expect((await shop.tickets.call('POST', url, { token: event.owner, body: {} })).statusCode).toBe(404)
    expect((await shop.read(order)).refundedMinor).toBe(0)
  })

  it('gets all of it back once the event is cancelled, also before the job has come by', async () => {
    const event = await publishEvent(shop.tickets)
    await save(ofOrganizer(event), POLICY, event.owner)
    const order = await bought(shop, 1, { event, type: await sell(shop.tickets, event) })
    expect((await request(order, { dryRun: true })).json()).toMatchObject({ amountMinor: 4_410, keptMinor: 490 })
    await shop.tickets.deliver('events.event-cancelled.v1', { ...event, version: 2, status: 'cancelled' })
    expect((await request(order, {})).json()).toMatchObject({ amountMinor: 4_900, endsOrder: true })
  })

  it('keeps the ticket with which somebody has come in', async () => {
    const event = await publishEvent(shop.tickets)
    await save(ofOrganizer(event), { ...POLICY, keptBp: 0 }, event.owner)
    const order = await bought(shop, 2, { event, type: await sell(shop.tickets, event) })
    const [used, unused] = order.tickets
    const url = `/v1/events/${event.eventId}/check-ins`
    await shop.tickets.call('POST', url, { token: event.owner, body: { ticketId: used?.id } })
    expect((await request(order, { ticketIds: [used?.id] })).json().code).toBe('ticket-checked-in')
    expect((await request(order, {})).json()).toMatchObject({ ticketIds: [unused?.id], endsOrder: false })
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  expect(await shop.violations()).toEqual([])
})
