import { inTransaction, sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { touchTerms } from '../src/stock/terms.ts'
import { publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { findViolations } from './invariants.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

/** An event whose stock this process has in memory, so that it sells at once. */
async function openSale(more: object = {}) {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity: 10, ...more })
  const eventId = toUuid('evt', event.eventId)
  const buy = (quantity = 1, key: string = crypto.randomUUID()) =>
    tickets.call('POST', '/v1/orders', {
      headers: { 'idempotency-key': key },
      body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity }] },
    })
  await buy()
  await eventually(() => tickets.context.stock.availability.peek(eventId) !== undefined)
  return { event, eventId, typeId, buy }
}

/** What another process does: nothing here hears of it. */
const elsewhere = (statement: ReturnType<typeof sql>) => statement.execute(tickets.context.db)

/** How often orders were decided under the lock since the sale began. */
async function countLocks(work: () => Promise<unknown>): Promise<number> {
  const { catalogue } = tickets.context.stock
  const { get } = catalogue
  let count = 0
  // Only the way under the lock waits for the terms; the other takes those in memory.
  catalogue.get = (ids) => {
    count += 1
    return get(ids)
  }
  await work().finally(() => {
    catalogue.get = get
  })
  return count
}

it('sells without a look at the tables while nothing has changed', async () => {
  const { buy } = await openSale()
  expect(await countLocks(async () => expect((await buy()).statusCode).toBe(201))).toBe(0)
})

it('sells at the price of now when another process has just changed it', async () => {
  const { eventId, buy } = await openSale()
  await inTransaction(tickets.context.db, async (tx) => {
    await sql`update ticket_type set price_minor = 5500 where event_id = ${eventId}`.execute(tx)
    await touchTerms(tx, eventId)
  })
  const answer = await buy()
  expect([answer.statusCode, answer.json().totalMinor]).toEqual([201, 5_500])
})

it('sells nothing of what another process has paused', async () => {
  const { eventId, buy } = await openSale()
  await inTransaction(tickets.context.db, async (tx) => {
    await sql`update ticket_type set paused = true where event_id = ${eventId}`.execute(tx)
    await touchTerms(tx, eventId)
  })
  expect((await buy()).json().code).toBe('sale-paused')
})

it('does not oversell what another process has sold meanwhile, and says how many are left', async () => {
  const { eventId, buy } = await openSale()
  await elsewhere(sql`update allotment set capacity = 3 where event_id = ${eventId}`)
  expect((await buy(3)).json()).toMatchObject({ code: 'sold-out', remaining: 2 })
  expect((await buy(2)).statusCode).toBe(201)
})

it('leaves places to a waiting list that somebody has joined elsewhere', async () => {
  const { eventId, typeId, buy } = await openSale()
  await elsewhere(sql`
    with entry as (insert into waiting_entry (event_id, id, ticket_type_id, email, quantity, locale, state, created_at)
                   values (${eventId}, uuidv7(), ${toUuid('typ', typeId)}, 'amina@example.org', 1, 'fr', 'waiting', now()))
    update allotment set waiting = 1 where event_id = ${eventId}`)
  expect((await buy()).json()).toMatchObject({ code: 'sold-out', waitingList: true })
})

it('offers what is free again at once, though a look at the stock of before is still under way', async () => {
  const { eventId, buy } = await openSale({ capacity: 2 })
  expect((await buy()).statusCode).toBe(201)
  const { availability, catalogue } = tickets.context.stock
  availability.forget(eventId)
  const { get } = catalogue
  const [hasRead, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  catalogue.get = async (ids) => {
    hasRead.resolve()
    await gate.promise
    return get(ids)
  }
  const before = availability.look(eventId)
  await hasRead.promise
  catalogue.get = get
  await elsewhere(sql`update allotment set capacity = 3 where event_id = ${eventId}`)
  availability.forget(eventId)
  gate.resolve()
  await before
  expect((await buy()).statusCode).toBe(201)
})

it('gives a repeated request its first answer, and its neighbours theirs', async () => {
  const { buy } = await openSale()
  const key = crypto.randomUUID()
  const first = await buy(1, key)
  const [again, other] = await Promise.all([buy(1, key), buy(1)])
  expect([again.statusCode, again.json(), again.headers['idempotency-replayed']]).toEqual([201, first.json(), 'true'])
  expect(other.statusCode).toBe(201)
  expect(other.json().id).not.toBe(first.json().id)
})

it('leaves books that close', async () => {
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
