import { newUuid, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

const FREE = { provider: 'free', returnUrl: 'http://localhost:4000/' }

let tickets: Tickets
let event: PublishedEvent
let notifications: string
let stalls: string
let balcony: string
const orders: Record<string, { id: string; secret: string }> = {}

async function order(email: string, type: string, more: { quantity?: number; locale?: string; pays?: boolean } = {}) {
  const buyer = { name: 'Amina Diallo', email }
  const held = await hold(tickets, event.eventId, type, more.quantity ?? 1, { buyer, locale: more.locale ?? 'fr' })
  if (more.pays !== false) {
    await tickets.call('POST', `/v1/orders/${held.id}/payments`, { secret: held.secret, body: FREE })
  }
  return held
}

beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  notifications = await tickets.tokens.service('notifications', 'tickets')
  stalls = await sell(tickets, event, { priceMinor: 0 })
  balcony = await sell(tickets, event, { priceMinor: 0, name: { en: 'Balcony' } })
  orders.ada = await order('ada@example.org', stalls, { quantity: 2 })
  orders.again = await order('ADA@example.org', balcony, { locale: 'en' })
  orders.ben = await order('ben@example.org', balcony, { locale: 'en' })
  orders.cleo = await order('cleo@example.org', stalls)
  orders.dan = await order('dan@example.org', stalls, { pays: false })
})
afterAll(() => tickets?.stop())

const HOLDERS = { prefer: 'respond-async, holders' }
const path = (of = event) => `/v1/internal/events/${of.eventId}/audience`
type Filters = Record<string, string | number | boolean | string[]>
function query(filters: Filters = {}): string {
  const pairs = Object.entries(filters).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
  return `?${new URLSearchParams([['organizerId', event.organizerId], ...pairs] as [string, string][])}`
}

async function whom(filters: Filters = {}) {
  const answer = await tickets.call('GET', path() + query(filters), { token: notifications, headers: HOLDERS })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json().items.map((item: { email: string }) => item.email)
}

async function count(filters: Filters = {}) {
  return (
    await tickets.call('GET', `${path()}-count${query(filters)}`, { token: notifications, headers: HOLDERS })
  ).json()
}

describe('listAudience', () => {
  it('gives the confirmed orders with address and language, and no hold', async () => {
    const { items, nextCursor } = (
      await tickets.call('GET', path() + query(), { token: notifications, headers: HOLDERS })
    ).json()
    expect(items).toEqual([
      { orderId: orders.ada?.id, ticketId: null, email: 'ada@example.org', locale: 'fr' },
      { orderId: orders.again?.id, ticketId: null, email: 'ADA@example.org', locale: 'en' },
      { orderId: orders.ben?.id, ticketId: null, email: 'ben@example.org', locale: 'en' },
      { orderId: orders.cleo?.id, ticketId: null, email: 'cleo@example.org', locale: 'fr' },
    ])
    expect(nextCursor).toBeNull()
    expect(await whom({ orderState: 'held' })).toEqual(['dan@example.org'])
  })

  it('narrows by ticket types, language, and date of purchase', async () => {
    expect(await whom({ ticketTypeId: stalls })).toEqual(['ada@example.org', 'cleo@example.org'])
    expect(await whom({ ticketTypeId: [stalls, balcony] })).toHaveLength(4)
    expect(await whom({ ticketTypeId: stalls, orderState: 'held' })).toEqual(['dan@example.org'])
    expect(await whom({ ticketTypeId: balcony, orderState: 'held' })).toEqual([])
    expect(await whom({ locale: 'en', ticketTypeId: balcony })).toEqual(['ADA@example.org', 'ben@example.org'])
    const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    expect(await whom({ confirmedFrom: hour(-1), confirmedBefore: hour(1) })).toHaveLength(4)
    expect(await whom({ confirmedFrom: hour(1) })).toEqual([])
    expect(await whom({ confirmedBefore: hour(-1) })).toEqual([])
  })

  it('tells who has come in from who has not, of the named types', async () => {
    const ada = (await tickets.call('GET', `/v1/orders/${orders.ada?.id}`, { secret: orders.ada?.secret ?? '' })).json()
    const scan = await tickets.call('POST', `/v1/events/${event.eventId}/check-ins`, {
      token: event.owner,
      body: { ticketId: ada.tickets[0].id },
    })
    expect(scan.statusCode).toBe(201)
    expect(await whom({ checkedIn: true })).toEqual(['ada@example.org'])
    expect(await whom({ checkedIn: false })).toEqual(['ADA@example.org', 'ben@example.org', 'cleo@example.org'])
    expect(await whom({ checkedIn: false, ticketTypeId: stalls })).toEqual(['cleo@example.org'])
    expect(await whom({ checkedIn: true, ticketTypeId: balcony })).toEqual([])
  })

  it('leaves out what was refunded, unless those are asked for, also by what they had bought', async () => {
    const gone = await order('gone@example.org', balcony)
    await tickets.call('POST', `/v1/orders/${gone.id}/refunds`, { token: event.owner, body: {} })
    expect(await whom()).not.toContain('gone@example.org')
    expect(await whom({ orderState: 'refunded', ticketTypeId: balcony })).toEqual(['gone@example.org'])
    expect(await whom({ orderState: 'refunded', ticketTypeId: stalls })).toEqual([])
  })

  it('pages through all of them once', async () => {
    const seen: string[] = []
    let cursor = ''
    do {
      const more = { limit: 1, ...(cursor ? { cursor } : {}) }
      const page = (await tickets.call('GET', path() + query(more), { token: notifications, headers: HOLDERS })).json()
      seen.push(...page.items.map((item: { email: string }) => item.email))
      cursor = page.nextCursor ?? ''
    } while (cursor)
    expect(seen).toEqual(['ada@example.org', 'ADA@example.org', 'ben@example.org', 'cleo@example.org'])
  })
})

describe('countAudience', () => {
  it('counts an address once, whatever its case and its orders, in the language of its first order', async () => {
    expect(await count()).toEqual({ orders: 4, recipients: 3, byLocale: { en: 1, fr: 2 } })
    expect(await count({ locale: 'en' })).toEqual({ orders: 2, recipients: 2, byLocale: { en: 2, fr: 0 } })
    expect(await count({ ticketTypeId: toId('typ', newUuid()) })).toEqual({
      orders: 0,
      recipients: 0,
      byLocale: { en: 0, fr: 0 },
    })
  })
})

describe('who has a ticket that was passed on', () => {
  const their = async (filters?: Filters) => (await whom(filters)).filter((email: string) => /^(eve|finn)@/.test(email))
  let eve: { id: string; secret: string }
  let ticketIds: string[]

  async function passOn(ticketId: string | undefined, email: string): Promise<void> {
    const { id, secret } = eve
    const body = { name: 'Moussa Traoré', email }
    const answer = await tickets.call('PUT', `/v1/orders/${id}/tickets/${ticketId}/holder`, { secret, body })
    expect(answer.statusCode, answer.body).toBe(200)
  }

  async function comesIn(ticketId: string | undefined): Promise<void> {
    const url = `/v1/events/${event.eventId}/check-ins`
    expect((await tickets.call('POST', url, { token: event.owner, body: { ticketId } })).statusCode).toBe(201)
  }

  beforeAll(async () => {
    eve = await order('eve@example.org', stalls, { quantity: 2 })
    const { secret } = eve
    const seen = (await tickets.call('GET', `/v1/orders/${eve.id}`, { secret })).json()
    ticketIds = seen.tickets.map(({ id }: { id: string }) => id)
  })

  it('is meant beside the buyer, through that ticket', async () => {
    expect(await their()).toEqual(['eve@example.org'])
    const before = await count()
    await passOn(ticketIds[0], 'finn@example.org')
    const { items } = (await tickets.call('GET', path() + query(), { token: notifications, headers: HOLDERS })).json()
    expect(items.filter((item: { orderId: string }) => item.orderId === eve.id)).toEqual([
      { orderId: eve.id, ticketId: null, email: 'eve@example.org', locale: 'fr' },
      { orderId: eve.id, ticketId: ticketIds[0], email: 'finn@example.org', locale: 'fr' },
    ])
    expect(await count()).toEqual({
      ...before,
      recipients: before.recipients + 1,
      byLocale: { ...before.byLocale, fr: before.byLocale.fr + 1 },
    })
    // Who does not know them yet gets none, and none without a ticket of his own.
    const asBefore = await tickets.call('GET', path() + query(), { token: notifications })
    expect(asBefore.json().items.map((item: { email: string }) => item.email)).not.toContain('finn@example.org')
    expect(await their({ orderState: 'held' })).toEqual([])
    expect(await their({ locale: 'en' })).toEqual([])
  })

  it('counts by their own ticket, and the buyer by those that are left', async () => {
    expect(await their({ ticketTypeId: stalls })).toEqual(['eve@example.org', 'finn@example.org'])
    expect(await their({ ticketTypeId: balcony })).toEqual([])
    await comesIn(ticketIds[0])
    expect(await their({ checkedIn: true })).toEqual(['finn@example.org'])
    expect(await their({ checkedIn: false })).toEqual(['eve@example.org'])
    await passOn(ticketIds[1], 'FINN@example.org')
    expect(await their({ checkedIn: false })).toEqual([])
    expect(await their({ ticketTypeId: stalls })).toEqual(['finn@example.org'])
    expect(await their()).toEqual(['eve@example.org', 'finn@example.org'])
  })

  it('is paged through once, also between the tickets of one order', async () => {
    const all = (await tickets.call('GET', path() + query(), { token: notifications, headers: HOLDERS })).json().items
    const seen: unknown[] = []
    let cursor = ''
    do {
      const more = { limit: 1, ...(cursor ? { cursor } : {}) }
      const page = (await tickets.call('GET', path() + query(more), { token: notifications, headers: HOLDERS })).json()
      seen.push(...page.items)
      cursor = page.nextCursor ?? ''
    } while (cursor)
    expect(seen).toEqual(all)
    expect(all.filter((item: { orderId: string }) => item.orderId === eve.id)).toHaveLength(3)
  })

  it('is no longer meant once it is taken back', async () => {
    const { id, secret } = eve
    await tickets.call('DELETE', `/v1/orders/${id}/tickets/${ticketIds[1]}/holder`, { secret })
    const { items } = (await tickets.call('GET', path() + query(), { token: notifications, headers: HOLDERS })).json()
    expect(items.filter((item: { orderId: string }) => item.orderId === id)).toHaveLength(2)
  })
})

describe.each(['audience', 'audience-count'])('the %s', (resource) => {
  const url = (eventId: string, organizerId: string, more = '') =>
    `/v1/internal/events/${eventId}/${resource}?organizerId=${organizerId}${more}`

  it('is the same nothing for another organizer’s event, no event, and no id', async () => {
    for (const [eventId, organizerId] of [
      [event.eventId, newOrganizerId()],
      [toId('evt', newUuid()), event.organizerId],
      ['evt_1', event.organizerId],
      [event.eventId, 'org_1'],
    ] as const) {
      const answer = await tickets.call('GET', url(eventId, organizerId), { token: notifications, headers: HOLDERS })
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
    }
  })

  it('is for notifications alone', async () => {
    const own = url(event.eventId, event.organizerId)
    expect((await tickets.call('GET', own)).statusCode).toBe(401)
    expect((await tickets.call('GET', own, { token: event.owner })).statusCode).toBe(403)
    const events = await tickets.tokens.service('events', 'tickets')
    expect((await tickets.call('GET', own, { token: events })).statusCode).toBe(403)
  })

  it.each(['&orderState=paid', '&checkedIn=maybe', '&locale=de', '&confirmedFrom=yesterday', '&color=red'])(
    'refuses %s',
    async (more) => {
      const answer = await tickets.call('GET', url(event.eventId, event.organizerId, more), {
        token: notifications,
        headers: HOLDERS,
      })
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid'])
    },
  )
})
