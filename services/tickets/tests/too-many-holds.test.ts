import { newUserId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets({ config: { holdsPerAccount: 2, holdsPerAddress: 3 } })
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000 })
})
afterAll(() => tickets?.stop())

const place = (from: string, more: { quantity?: number; headers?: Record<string, string>; token?: string } = {}) =>
  tickets.call('POST', '/v1/orders', {
    headers: { 'x-forwarded-for': from, ...more.headers },
    body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: more.quantity ?? 1 }] },
    ...(more.token ? { token: more.token } : {}),
  })

describe('one sender who holds the house', () => {
  it('gets so many holds as a guest, and is told when there are more; others are not in his way', async () => {
    for (let hold = 0; hold < 3; hold++) expect((await place('198.51.100.1')).statusCode).toBe(201)
    const refused = await place('198.51.100.1')
    expect(refused.statusCode).toBe(429)
    expect(refused.json()).toMatchObject({ code: 'too-many-holds', max: 3 })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await place('198.51.100.2')).statusCode).toBe(201)
  })

  it('gets so many with one account, from wherever', async () => {
    const token = await tickets.tokens.user({ audience: 'tickets', userId: newUserId() })
    expect((await place('198.51.100.3', { token })).statusCode).toBe(201)
    expect((await place('198.51.100.4', { token })).statusCode).toBe(201)
    expect((await place('198.51.100.5', { token })).statusCode).toBe(429)
  })

  it('is not charged for a refusal, nor twice for a repetition', async () => {
    const headers = { 'idempotency-key': 'the-same-request-again' }
    for (let time = 0; time < 5; time++) expect((await place('198.51.100.6', { headers })).statusCode).toBe(201)
    for (let time = 0; time < 5; time++) expect((await place('198.51.100.6', { quantity: 999 })).statusCode).toBe(409)
    expect((await place('198.51.100.6')).statusCode).toBe(201)
    expect((await place('198.51.100.6')).statusCode).toBe(201)
    expect((await place('198.51.100.6')).statusCode).toBe(429)
  })
})
