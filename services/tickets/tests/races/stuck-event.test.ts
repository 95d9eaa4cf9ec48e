import { toUuid } from '@guichet/server'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

async function openSale() {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { priceMinor: 0 })
  const buy = () =>
    tickets.call('POST', '/v1/orders', {
      body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }] },
    })
  return { event, buy }
}

it('sells all other events while the places of one are locked for longer than anybody waits', async () => {
  const [stuck, ...others] = [await openSale(), await openSale(), await openSale()]
  const organizer = new pg.Client({ connectionString: tickets.database.url })
  await organizer.connect()
  await organizer.query('begin')
  await organizer.query('select from allotment where event_id = $1 for no key update', [
    toUuid('evt', stuck.event.eventId),
  ])
  // At once, hence in one batch.
  const answers = await Promise.all([others[0]?.buy(), stuck.buy(), others[1]?.buy()])
  expect(answers.map((answer) => answer?.statusCode)).toEqual([201, 503, 201])
  expect(answers[1]?.json().code).toBe('sale-busy')
  expect(answers[1]?.headers['retry-after']).toBeDefined()
  await organizer.query('rollback')
  await organizer.end()
  expect((await stuck.buy()).statusCode).toBe(201)
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
