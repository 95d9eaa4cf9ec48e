import { afterAll, beforeAll, expect, it } from 'vitest'
import { hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'
import { limitFor, racesOf } from './runs.ts'

const RACES = racesOf(5)

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

async function openSale() {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 0 })
  const limit = async (maxPerBuyer: number) => {
    const headers = { 'if-match': '*' }
    const answer = await tickets.call('PATCH', `/v1/ticket-types/${typeId}`, {
      token: event.owner,
      headers,
      body: { maxPerBuyer },
    })
    expect(answer.statusCode, answer.body).toBe(200)
  }
  const buy = (quantity: number, email = 'ann@example.org') =>
    tickets.call('POST', '/v1/orders', {
      body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }], buyer: { name: 'Ann', email } },
    })
  return { event, typeId, limit, buy }
}

it('counts what a buyer had before there was a limit', async () => {
  const { event, typeId, limit, buy } = await openSale()
  await hold(tickets, event.eventId, typeId, 2, { buyer: { name: 'Ann', email: 'Ann@Example.org' } })
  await limit(3)
  const refused = await buy(2)
  expect(refused.json()).toMatchObject({ code: 'buyer-limit-exceeded', maxPerBuyer: 3, already: 2, quantity: 2 })
  expect((await buy(1)).statusCode).toBe(201)
  expect((await buy(3, 'bob@example.org')).statusCode).toBe(201)
})

it('counts what a buyer gets while the limit comes, too', limitFor(RACES), async () => {
  for (let race = 0; race < RACES; race++) {
    const { limit, buy } = await openSale()
    const before = Array.from({ length: race % 4 }, () => buy(1))
    const [answers] = await Promise.all([Promise.all(Array.from({ length: 20 }, () => buy(1))), limit(3)])
    const had = [...answers, ...(await Promise.all(before))].filter(({ statusCode }) => statusCode === 201).length
    expect((await buy(1)).statusCode).toBe(had < 3 ? 201 : 409)
    if (had < 3) expect((await buy(3 - had)).statusCode).toBe(409)
  }
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
