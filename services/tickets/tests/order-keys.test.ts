import { randomUUID } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { textsOfPdf } from './pdf-texts.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
let door: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 0, maxPerOrder: 10 })
  door = await event.member('door')
})
afterAll(() => tickets?.stop())

interface Order {
  id: string
  secret: string
  tickets: { id: string; code: string; state: string }[]
}

const read = (id: string, secret: string) => tickets.call('GET', `/v1/orders/${id}`, { secret })

async function bought(quantity = 2): Promise<Order> {
  const { id, secret } = await hold(tickets, event.eventId, typeId, quantity)
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' }
  await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })
  return { ...(await read(id, secret)).json(), secret }
}

const correct = (order: Pick<Order, 'id' | 'secret'>, email: string, headers: Record<string, string> = {}) =>
  tickets.call('PUT', `/v1/orders/${order.id}/buyer-email`, { secret: order.secret, body: { email }, headers })

const scan = (code: string) =>
  tickets.call('POST', `/v1/events/${event.eventId}/check-ins`, { token: door, body: { code } })

const bare = (answer: { json(): object }) => ({ ...answer.json(), instance: '' })

describe('after an address was corrected', () => {
  it('who got the first mail holds nothing: each route says the same 404 as for no order', async () => {
    const order = await bought()
    expect((await correct(order, 'right@example.org')).statusCode).toBe(200)
    const none = bare(await read(toId('ord', newUuid()), order.secret))
    expect(none).toMatchObject({ status: 404 })
    const { id, secret } = order
    const holder = { name: 'Mallory', email: 'mallory@example.org' }
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', '/tickets.pdf'],
      ['GET', '/refunds'],
      ['GET', '/invoices'],
      ['PATCH', '', { locale: 'en' }],
      ['POST', '/refund-requests', { dryRun: true }],
      ['POST', '/payment-check', {}],
      ['PUT', '/buyer-email', { email: 'mallory@example.org' }],
      ['PUT', `/tickets/${order.tickets[0]?.id}/holder`, holder],
      ['DELETE', `/tickets/${order.tickets[0]?.id}/holder`],
    ] as const) {
      const answer = await tickets.call(method, `/v1/orders/${id}${path}`, { secret, body })
      expect(bare(answer), `${method} ${path}`).toEqual(none)
    }
  })

  it('the one who corrected it goes on with the new key, and new codes come with it', async () => {
    const order = await bought()
    const { secret, tickets: renewed } = (await correct(order, 'right@example.org')).json() as Order
    expect(secret).not.toBe(order.secret)
    const seen = (await read(order.id, secret)).json()
    expect(seen.tickets.map((ticket: { code: string }) => ticket.code)).toEqual(renewed.map(({ code }) => code))
    expect((await read(order.id, secret)).json()).not.toHaveProperty('secret')
    for (const [index, { code }] of order.tickets.entries()) {
      expect((await scan(code)).json()).toMatchObject({ status: 409, code: 'ticket-replaced' })
      expect((await scan(renewed[index]?.code ?? '')).statusCode).toBe(201)
    }
    const pdf = await tickets.call('GET', `/v1/orders/${order.id}/tickets.pdf`, { secret })
    expect(pdf.statusCode).toBe(200)
    expect(textsOfPdf(pdf.rawPayload)).toContain('2 / 2')
  })

  it('every further correction makes the key before it old', async () => {
    const order = await bought()
    const keys = [order.secret]
    for (const email of ['one@example.org', 'two@example.org', 'three@example.org']) {
      keys.push((await correct({ id: order.id, secret: keys.at(-1) ?? '' }, email)).json().secret)
    }
    expect(new Set(keys).size).toBe(4)
    const answers = await Promise.all(keys.map((key) => read(order.id, key)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 200])
  })

  it('mails get the new key: notifications, and the list of whom to tell of a change', async () => {
    const order = await bought()
    const { secret } = (await correct(order, 'right@example.org')).json()
    const token = await tickets.tokens.service('notifications', 'tickets')
    const headers = { authorization: `Bearer ${token}` }
    const asked = await tickets.call('GET', `/v1/orders/${order.id}`, { headers })
    expect(asked.json()).toMatchObject({ secret, buyer: { email: 'right@example.org' } })
    const list = await tickets.call('GET', `/v1/internal/events/${event.eventId}/orders?limit=200`, { headers })
    const row = list.json().items.find((item: { id: string }) => item.id === order.id)
    expect(new URL(row.link).searchParams.get('key')).toBe(secret)
  })

  it('a mail that was begun before gets no tickets to print: its key is old', async () => {
    const order = await bought()
    await correct(order, 'right@example.org')
    const token = await tickets.tokens.service('notifications', 'tickets')
    const headers = { authorization: `Bearer ${token}`, 'order-secret': order.secret }
    expect((await tickets.call('GET', `/v1/orders/${order.id}/tickets.pdf`, { headers })).statusCode).toBe(404)
  })

  it('the order that is placed again with the same Idempotency-Key comes with the key of now', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const body = {
      eventId: event.eventId,
      lines: [{ ticketTypeId: typeId, quantity: 1 }],
      buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
      locale: 'fr',
    }
    const order = (await tickets.call('POST', '/v1/orders', { body, headers })).json()
    const payment = { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' }
    await tickets.call('POST', `/v1/orders/${order.id}/payments`, { secret: order.secret, body: payment })
    const { secret } = (await correct(order, 'right@example.org')).json()
    expect((await tickets.call('POST', '/v1/orders', { body, headers })).json().secret).toBe(secret)
  })
})

describe('a correction whose answer was lost', () => {
  it('is answered again to the same Idempotency-Key, key and address, and to nobody else', async () => {
    const order = await bought()
    const headers = { 'idempotency-key': randomUUID() }
    const first = (await correct(order, 'right@example.org', headers)).json()
    const again = await correct(order, 'right@example.org', headers)
    expect(again.json()).toMatchObject({ secret: first.secret, version: first.version })
    for (const answer of [
      await correct(order, 'right@example.org'),
      await correct(order, 'right@example.org', { 'idempotency-key': randomUUID() }),
      await correct(order, 'other@example.org', headers),
    ]) {
      expect(answer.statusCode).toBe(404)
    }
    expect((await tickets.outbox(order.id)).filter(({ type }) => type.includes('recipient'))).toHaveLength(1)
  })

  it('sent twice at once it is done once, and both get the new key', async () => {
    const order = await bought()
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all([1, 2, 3].map(() => correct(order, 'right@example.org', headers)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(new Set(answers.map((answer) => answer.json().secret)).size).toBe(1)
  })

  it('is not answered any more when the address was corrected once again', async () => {
    const order = await bought()
    const headers = { 'idempotency-key': randomUUID() }
    const { secret } = (await correct(order, 'right@example.org', headers)).json()
    await correct({ id: order.id, secret }, 'righter@example.org')
    expect((await correct(order, 'right@example.org', headers)).statusCode).toBe(404)
  })
})
