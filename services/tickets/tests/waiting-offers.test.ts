import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireHolds } from '../src/jobs/expire-holds.ts'
import { forgetWaiting } from '../src/jobs/forget-waiting.ts'
import { offerWaiting } from '../src/jobs/offer-waiting.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'
import { type Entry, entriesOf, joinAs, secretOf } from './waiting.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

const offer = async () => {
  while ((await offerWaiting.run(tickets.context)) > 0);
}

/** A sold-out type, the order that has its places, and people who wait in this order. */
async function openList(emails: string[], more: { capacity?: number; quantity?: number; type?: object } = {}) {
  const { capacity = 2, quantity = 1 } = more
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity, priceMinor: 0, ...more.type })
  const order = await hold(tickets, event.eventId, typeId, capacity)
  for (const email of emails) {
    const answer = await joinAs(tickets, event.eventId, typeId, email, { quantity, locale: 'fr' })
    if (answer.statusCode !== 202) throw new Error(answer.body)
  }
  return { event, typeId, order }
}

const cancel = async (order: { id: string; secret: string }) => {
  const answer = await tickets.call('POST', `/v1/orders/${order.id}/cancellation`, { secret: order.secret })
  expect(answer.statusCode, answer.body).toBe(200)
}
const read = async (orderId: string) =>
  (
    await tickets.call('GET', `/v1/orders/${orderId}`, {
      token: await tickets.tokens.service('notifications', 'tickets'),
    })
  ).json()
const states = (entries: readonly Entry[]) => entries.map((entry) => [entry.state, entry.order?.state ?? null])
const listOf = (event: PublishedEvent) => entriesOf(tickets, event)
const buy = (event: PublishedEvent, typeId: string, quantity = 1) =>
  tickets.call('POST', '/v1/orders', {
    body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }], locale: 'en' },
  })
const setCapacity = async (event: PublishedEvent, typeId: string, capacity: number) => {
  const answer = await tickets.call('PATCH', `/v1/ticket-types/${typeId}`, {
    token: event.owner,
    headers: { 'if-match': '*' },
    body: { capacity },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

/** The addresses in an event's orders, in the order of placing; the first is of whoever sold it out. */
const buyersOf = async ({ eventId }: PublishedEvent) => {
  const orders = await tickets.context.db
    .selectFrom('orders')
    .select(['buyer_email', 'waiting_entry_id'])
    .where('event_id', '=', toUuid('evt', eventId))
    .orderBy('id')
    .execute()
  return orders.map((order) => (order.waiting_entry_id ? order.buyer_email : null))
}

describe('places that become free', () => {
  it('are held for those who came first, who are told, and for nobody else', async () => {
    const { event, typeId, order } = await openList(['first@example.org', 'second@example.org', 'third@example.org'])
    await offer()
    expect(states(await listOf(event))).toEqual([
      ['waiting', null],
      ['waiting', null],
      ['waiting', null],
    ])
    await cancel(order)
    const refused = await buy(event, typeId)
    expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'sold-out', waitingList: true }])
    await offer()
    const entries = await listOf(event)
    expect(states(entries)).toEqual([
      ['offered', 'held'],
      ['offered', 'held'],
      ['waiting', null],
    ])
    const offered = entries[0]?.order
    const found = await read(offered?.id ?? '')
    expect(found).toMatchObject({ state: 'held', offer: true, locale: 'fr', lines: [{ quantity: 1 }] })
    expect(Date.parse(found.expiresAt)).toBe(tickets.clock.now().getTime() + 4 * 3_600_000)
    expect(await tickets.outbox(offered?.id ?? '')).toEqual([
      {
        type: 'tickets.waiting-list-offered.v1',
        data: {
          entryId: entries[0]?.id,
          orderId: offered?.id,
          eventId: event.eventId,
          organizerId: event.organizerId,
        },
      },
    ])
  })

  it('are offered up to what one buyer may have, to who asked for more than that', async () => {
    const { event, typeId, order } = await openList(['many@example.org'], { capacity: 4, quantity: 4 })
    const limit = { token: event.owner, headers: { 'if-match': '*' }, body: { maxPerBuyer: 3 } }
    expect((await tickets.call('PATCH', `/v1/ticket-types/${typeId}`, limit)).statusCode).toBe(200)
    await cancel(order)
    await offer()
    expect(await listOf(event)).toMatchObject([{ state: 'offered', quantity: 4, order: { quantity: 3 } }])
  })

  it('are bought as any order, by the link in the mail', async () => {
    const { event, order } = await openList(['buys@example.org'])
    await cancel(order)
    await offer()
    const [entry] = await listOf(event)
    const { id, secret } = await read(entry?.order?.id ?? '')
    const buyer = { name: 'Zoë', email: 'buys@example.org' }
    expect((await tickets.call('PATCH', `/v1/orders/${id}`, { secret, body: { buyer } })).statusCode).toBe(200)
    const body = { provider: 'free', returnUrl: 'http://localhost:4000/' }
    expect((await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })).statusCode).toBe(201)
    expect((await read(id)).state).toBe('confirmed')
    const list = await tickets.call('GET', `/v1/events/${event.eventId}/waiting-list`, { token: event.owner })
    expect(list.json().counts).toMatchObject([{ waiting: 0, offered: 0, bought: 1 }])
  })

  it('go to the next when an offer runs out, and to the buyers in the shop when nobody waits any more', async () => {
    const { event, typeId, order } = await openList(['a@example.org', 'b@example.org'], { capacity: 1 })
    await cancel(order)
    await offer()
    tickets.clock.advance(4 * 3_600 + 1)
    await expireHolds.run(tickets.context)
    await offer()
    expect(states(await listOf(event))).toEqual([
      ['offered', 'expired'],
      ['offered', 'held'],
    ])
    tickets.clock.advance(4 * 3_600 + 1)
    await expireHolds.run(tickets.context)
    expect((await buy(event, typeId)).statusCode).toBe(201)
  })

  it('go to the next when they are turned down, by the order or by the entry', async () => {
    const { event, order } = await openList(['a@example.org', 'b@example.org', 'c@example.org'], { capacity: 1 })
    await cancel(order)
    await offer()
    const [first, second] = await listOf(event)
    await cancel(await read(first?.order?.id ?? ''))
    await offer()
    const secret = await secretOf(tickets, second?.id ?? '')
    const url = `/v1/waiting-entries/${second?.id}`
    for (let time = 0; time < 2; time++) {
      expect((await tickets.call('DELETE', url, { headers: { 'entry-secret': secret } })).statusCode).toBe(204)
    }
    await offer()
    const entries = await listOf(event)
    expect(states(entries)).toEqual([
      ['offered', 'cancelled'],
      ['offered', 'cancelled'],
      ['offered', 'held'],
    ])
    // Whoever says goodbye by the entry is forgotten, in the order, too.
    expect(entries.map((entry) => entry.email)).toEqual(['a@example.org', null, 'c@example.org'])
    expect(await buyersOf(event)).toEqual([null, 'a@example.org', null, 'c@example.org'])
  })

  it('are offered as far as they go, but never fewer than one order must have', async () => {
    const { event, typeId } = await openList(['four@example.org'], {
      capacity: 6,
      quantity: 4,
      type: { minPerOrder: 2 },
    })
    await setCapacity(event, typeId, 7)
    await offer()
    expect(states(await listOf(event))).toEqual([['waiting', null]])
    await setCapacity(event, typeId, 9)
    await offer()
    const [entry] = await listOf(event)
    expect((await read(entry?.order?.id ?? '')).lines).toMatchObject([{ quantity: 3 }])
    expect(entry).toMatchObject({ quantity: 4, order: { quantity: 3 } })
  })
})

describe('a capacity that is raised', () => {
  it('serves the list first, whoever else is waiting at the door', async () => {
    const { event, typeId } = await openList(['a@example.org', 'b@example.org'])
    await setCapacity(event, typeId, 5)
    expect((await buy(event, typeId)).json().code).toBe('sold-out')
    await offer()
    expect(states(await listOf(event))).toEqual([
      ['offered', 'held'],
      ['offered', 'held'],
    ])
    expect((await buy(event, typeId)).statusCode).toBe(201)
    expect((await buy(event, typeId)).json().code).toBe('sold-out')
  })
})

describe('an offer', () => {
  it('ends with the sale at the latest, and is not made when nobody could take it up any more', async () => {
    const { event, typeId, order } = await openList(['late@example.org', 'too-late@example.org'], { capacity: 1 })
    const end = new Date(tickets.clock.now().getTime() + 3_600_000)
    await sql`update ticket_type set sales_end_at = ${end} where id = ${toUuid('typ', typeId)}`.execute(
      tickets.context.db,
    )
    await sql`update allotment set terms_version = terms_version + 1 where event_id = ${toUuid('evt', event.eventId)}`.execute(
      tickets.context.db,
    )
    await cancel(order)
    await offer()
    const [entry] = await listOf(event)
    expect(entry?.order?.expiresAt).toBe(end.toISOString())
    tickets.clock.advance(3_600 - 59)
    await cancel(await read(entry?.order?.id ?? ''))
    await offer()
    expect(states(await listOf(event))).toEqual([
      ['offered', 'cancelled'],
      ['waiting', null],
    ])
  })

  it('is not made for a cancelled event, a closed sale or a paused one', async () => {
    const lists = await Promise.all(
      ['x@example.org', 'y@example.org', 'z@example.org'].map((email) => openList([email])),
    )
    for (const { order } of lists) await cancel(order)
    const [cancelled, closed, paused] = lists
    if (!cancelled || !closed || !paused) throw new Error('There are three')
    await tickets.deliver('events.event-cancelled.v1', {
      ...cancelled.event.facts,
      version: 2,
      status: 'cancelled',
    })
    const { db } = tickets.context
    const now = tickets.clock.now()
    await sql`update event set closed_at = ${now} where event_id = ${toUuid('evt', closed.event.eventId)}`.execute(db)
    await sql`update ticket_type set paused = true where id = ${toUuid('typ', paused.typeId)}`.execute(db)
    await offer()
    for (const { event } of lists) expect(states(await listOf(event))).toEqual([['waiting', null]])
  })

  it('passes over those who have all that one person may, so that they keep nobody waiting', async () => {
    const { event, order } = await openList(['greedy@example.org', 'next@example.org'], { capacity: 2 })
    const body = { name: 'Greedy', email: 'Greedy@example.org' }
    await tickets.call('PATCH', `/v1/orders/${order.id}`, { secret: order.secret, body: { buyer: body } })
    const eventId = toUuid('evt', event.eventId)
    const { db } = tickets.context
    await sql`update ticket_type set max_per_buyer = 1 where event_id = ${eventId}`.execute(db)
    await sql`update orders set buyer_key = 'greedy@example.org' where event_id = ${eventId}`.execute(db)
    await sql`update allotment set capacity = 3, terms_version = terms_version + 1 where event_id = ${eventId}`.execute(
      db,
    )
    await offer()
    expect(states(await listOf(event))).toEqual([
      ['left', null],
      ['offered', 'held'],
    ])
  })
})

describe('the addresses', () => {
  it('are forgotten a month after the event, of those who got places and of those who did not', async () => {
    const { event, order } = await openList(['got@example.org', 'nothing@example.org'], { capacity: 1 })
    await cancel(order)
    await offer()
    const emails = async () => (await listOf(event)).map((entry) => entry.email)
    tickets.clock.advance(60 * 86_400)
    await expireHolds.run(tickets.context)
    await forgetWaiting.run(tickets.context)
    expect(await emails()).toEqual(['got@example.org', 'nothing@example.org'])
    tickets.clock.advance(86_400)
    while ((await forgetWaiting.run(tickets.context)) > 0);
    expect(await emails()).toEqual([null, null])
    expect(await buyersOf(event)).toEqual([null, null])
    expect((await listOf(event)).map((entry) => entry.state)).toEqual(['offered', 'left'])
  })
})

it('closes the books after all of this', async () => {
  while ((await expireHolds.run(tickets.context)) > 0);
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
