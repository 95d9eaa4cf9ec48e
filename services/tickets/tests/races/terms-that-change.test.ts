import { randomUUID } from 'node:crypto'
import { createPool } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Catalogue, createCatalogue } from '../../src/stock/catalogue.ts'
import { type HoldRequest, holdOrders } from '../../src/stock/hold-orders.ts'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 0 })
})
afterAll(() => tickets?.stop())

function start(changesBefore: number) {
  const pool = createPool(tickets.database.url, { max: 1, pipeline: true, onError: () => {} })
  const real = createCatalogue(tickets.context.db)
  let reads = 0
  /** Whatever it has read has changed by the time that it is compared. */
  const catalogue: Catalogue = {
    ...real,
    async get(eventIds) {
      const found = await real.get(eventIds)
      if (++reads > changesBefore) return found
      return new Map([...found].map(([id, terms]) => [id, { ...terms, version: terms.version - 1 }]))
    },
  }
  const engine = {
    pool,
    catalogue,
    now: tickets.clock.now,
    availability: { saw: () => {}, forget: () => {}, peek: () => undefined },
  }
  const request = (): HoldRequest => ({
    orderId: randomUUID(),
    eventId: toUuid('evt', event.eventId),
    lines: [{ ticketTypeId: toUuid('typ', typeId), quantity: 1 }],
    buyer: undefined,
    buyerUserId: null,
    locale: 'en',
    seconds: 600,
  })
  return { pool, place: () => holdOrders(engine, [request()]) }
}

it('gives the connection back once when terms change faster than they can be read, and leaves it to those who wait for it', async () => {
  const { pool, place } = start(Number.POSITIVE_INFINITY)
  let [taken, released] = [0, 0]
  pool.on('acquire', () => void taken++).on('release', () => void released++)
  // They share one connection: whoever gave it back twice would give it away from under the next.
  const outcomes = await Promise.allSettled([place(), place(), place()])
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'sale-busy' } })
  }
  expect(released).toBe(taken)
  await pool.end()
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})

it('sells while an organizer changes one thing after the other', async () => {
  const { pool, place } = start(10)
  expect(await place()).toMatchObject([{ is: 'placed' }])
  await pool.end()
})
