import { randomUUID } from 'node:crypto'
import { newUuid, toId, toUuid } from '@guichet/server'
import { eventually, newUserId, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUYER, hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

const bus = testBus()
/** What `events` answers about an event that we have never seen. */
const known = new Map<string, object>()
let asked = 0
let eventsDown = false
let tickets: Tickets

beforeAll(async () => {
  tickets = await startTickets({
    overrides: {
      bus,
      askEvents: async (path) => {
        asked += 1
        if (eventsDown) return new Response('{}', { status: 502 })
        const event = known.get(path.split('/').at(-1) ?? '')
        return new Response(JSON.stringify(event ?? {}), { status: event ? 200 : 404 })
      },
    },
  })
  await tickets.start()
})
afterAll(() => tickets?.stop())

const copyOf = (eventId: string) =>
  tickets.context.db.selectFrom('event').selectAll().where('event_id', '=', toUuid('evt', eventId)).executeTakeFirst()

describe('the copy of an event', () => {
  it('follows its messages, and never goes back to an older version', async () => {
    const event = await publishEvent(tickets)
    const title = (text: string) => ({ title: { en: text } })
    const send = (fact: string, version: number, more: object) =>
      bus.deliver({ type: `events.event-${fact}.v1`, data: { ...event.facts, version, ...more } })
    await send('rescheduled', 4, { ...title('four'), startsAt: event.endsAt, previousStartsAt: event.startsAt })
    await send('updated', 3, title('three'))
    await send('updated', 4, title('another four'))
    expect(await copyOf(event.eventId)).toMatchObject({
      version: 4,
      title: { en: 'four' },
      starts_at: new Date(event.endsAt),
    })
    await send('cancelled', 5, { ...title('five'), status: 'cancelled' })
    await send('updated', 2, title('two'))
    expect(await copyOf(event.eventId)).toMatchObject({ version: 5, status: 'cancelled' })
  })

  it('of a deleted event stays dead, also when its earlier messages come later', async () => {
    const event = await publishEvent(tickets)
    const eventId = toId('evt', newUuid())
    const { organizerId } = event
    const facts = { ...event.facts, eventId }
    await bus.deliver({ type: 'events.event-deleted.v1', data: { eventId, organizerId, version: 3 } })
    await bus.deliver({ type: 'events.event-published.v1', data: { ...facts, version: 2 } })
    await bus.deliver({ type: 'events.event-updated.v1', data: { ...facts, version: 9 } })
    expect((await tickets.call('GET', `/v1/events/${eventId}/ticket-types`)).statusCode).toBe(404)
    const body = { name: { en: 'Seat' }, priceMinor: 0, currency: 'EUR', capacity: 1 }
    const answer = await tickets.call('POST', `/v1/events/${eventId}/ticket-types`, { token: event.owner, body })
    expect(answer.statusCode).toBe(404)
  })

  it('is asked for once when an event was never seen, and not at all on the way of an order', async () => {
    const template = await publishEvent(tickets)
    const eventId = toId('evt', newUuid())
    known.set(eventId, {
      ...template.facts,
      id: eventId,
      eventId: undefined,
      status: 'published',
      description: {},
      unknownField: 1,
    })
    const before = asked
    const typeId = await sell(tickets, { ...template, eventId })
    await sell(tickets, { ...template, eventId })
    expect(asked).toBe(before + 1)
    eventsDown = true
    expect((await hold(tickets, eventId, typeId)).state).toBe('held')
    expect(asked).toBe(before + 1)
    const strange = { eventId: toId('evt', newUuid()), lines: [{ ticketTypeId: typeId, quantity: 1 }] }
    expect((await tickets.call('POST', '/v1/orders', { body: strange })).statusCode).toBe(503)
    eventsDown = false
    for (let index = 0; index < 5; index++) {
      expect((await tickets.call('POST', '/v1/orders', { body: strange })).statusCode).toBe(404)
    }
    expect(asked).toBe(before + 3)
  })

  it('ignores a message that comes twice, and fields it does not know', async () => {
    const event = await publishEvent(tickets)
    const id = randomUUID()
    const data = { ...event.facts, version: 2, title: { en: 'once' }, more: true }
    await bus.deliver({ id, type: 'events.event-updated.v1', data })
    await bus.deliver({ id, type: 'events.event-updated.v1', data: { ...data, version: 3, title: { en: 'twice' } } })
    expect((await copyOf(event.eventId))?.title).toEqual({ en: 'once' })
  })
})

describe('accounts says', () => {
  it('that a user is erased: the buyer is forgotten, the books stay', async () => {
    const event = await publishEvent(tickets)
    const typeId = await sell(tickets, event, { priceMinor: 0 })
    const userId = newUserId()
    const token = await tickets.tokens.user({ audience: 'tickets', userId })
    const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], buyer: BUYER }
    const order = (await tickets.call('POST', '/v1/orders', { token, body })).json()
    const pay = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    await tickets.call('POST', `/v1/orders/${order.id}/payments`, { token, body: pay })
    await bus.deliver({ type: 'accounts.user-erased.v1', data: { userId } })
    const after = (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()
    expect(after).toMatchObject({ state: 'confirmed', buyer: null, totalMinor: 0, number: '000001' })
    expect(after.tickets[0]).toMatchObject({ holderName: null, state: 'valid' })
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { token })).statusCode).toBe(404)
    const stored = await tickets.context.db.selectFrom('idempotency_key').select('body').execute()
    expect(JSON.stringify(stored)).not.toContain(order.id)
  })

  it('that a role changed or sessions ended: older tokens are refused at once', async () => {
    const userId = newUserId()
    const mine = async (issuedAt: number) => {
      const token = await tickets.tokens.user({ audience: 'tickets', userId, issuedAt: Math.floor(issuedAt / 1_000) })
      return (await tickets.call('GET', '/v1/me/orders', { token })).statusCode
    }
    const now = Date.now()
    expect(await mine(now - 30_000)).toBe(200)
    const changedAt = new Date(now - 20_000).toISOString()
    const change = { userId, organizerId: toId('org', newUuid()), role: null, changedAt }
    await bus.deliver({ type: 'accounts.membership-changed.v1', data: change })
    await eventually(async () => (await mine(now - 30_000)) === 401)
    expect(await mine(now - 10_000)).toBe(200)
    const issuedBefore = new Date(now - 5_000).toISOString()
    await bus.deliver({ type: 'accounts.sessions-revoked.v1', data: { userId, issuedBefore } })
    await eventually(async () => (await mine(now - 10_000)) === 401)
    expect(await mine(now)).toBe(200)
  })
})

describe('the running service', () => {
  it('sends what it announced, and sells on while the broker is away', async () => {
    const event = await publishEvent(tickets)
    const typeId = await sell(tickets, event, { priceMinor: 0 })
    bus.answer = 'failed'
    const order = await hold(tickets, event.eventId, typeId)
    const pay = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body: pay })
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json().state).toBe(
      'confirmed',
    )
    bus.answer = 'published'
    const sent = await eventually(
      () => bus.publishedOf('tickets.order-confirmed.v1').find((one) => one.subject === order.id) ?? false,
    )
    expect(sent).toMatchObject({ source: 'tickets', data: { orderId: order.id, eventId: event.eventId } })
  })

  it('runs its jobs: an expired hold is on sale again without anybody’s doing', async () => {
    const event = await publishEvent(tickets)
    const typeId = await sell(tickets, event, { capacity: 1 })
    const order = await hold(tickets, event.eventId, typeId)
    tickets.clock.advance(601)
    await eventually(async () => {
      const found = await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })
      return found.json().state === 'expired'
    })
    // A refusal may be a second old.
    const next = await eventually(() => hold(tickets, event.eventId, typeId))
    expect(next.state).toBe('held')
  })
})
