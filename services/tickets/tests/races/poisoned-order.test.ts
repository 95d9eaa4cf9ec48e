import { randomUUID } from 'node:crypto'
import { createPool, sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalogue } from '../../src/stock/catalogue.ts'
import { type HoldRequest, holdOrders } from '../../src/stock/hold-orders.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'

const RACES = racesOf(10)
const NEIGHBOURS = 40

let tickets: Tickets
let event: PublishedEvent
let good: string
/** Its price is one that no request could set: two of it are no exact amount any more. */
let priceless: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  good = await sell(tickets, event, { capacity: 1_000_000, priceMinor: 0, maxPerOrder: 1_000 })
  priceless = await sell(tickets, event, { capacity: 1_000_000, priceMinor: 0 })
  const { db } = tickets.context
  await sql`update ticket_type set price_minor = ${Number.MAX_SAFE_INTEGER} where id = ${toUuid('typ', priceless)}`.execute(
    db,
  )
  await sql`update allotment set terms_version = terms_version + 1`.execute(db)
  // A fault that only the database sees, as a broken constraint would be.
  await sql`create function refuse() returns trigger language plpgsql as $$
              begin if new.buyer_name = 'Poison' then raise exception 'poisoned'; end if; return new; end $$`.execute(
    db,
  )
  await sql`create trigger refuse before insert on orders for each row execute function refuse()`.execute(db)
})
afterAll(() => tickets?.stop())

const buy = (typeId: string, quantity: number, name = 'Ann') =>
  tickets.call('POST', '/v1/orders', {
    body: {
      eventId: event.eventId,
      lines: [{ ticketTypeId: typeId, quantity }],
      buyer: { name, email: 'ann@example.org' },
    },
  })
const heldOf = async (typeId: string) => {
  const id = toUuid('typ', typeId)
  const { db } = tickets.context
  return (await db.selectFrom('allotment').select('held').where('ticket_type_id', '=', id).executeTakeFirstOrThrow())
    .held
}
const violations = () => findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })

/** How many transactions these orders were written by. */
async function transactionsOf(answers: { json(): { id: string } }[]): Promise<number> {
  const ids = answers.map((answer) => toUuid('ord', answer.json().id))
  const { rows } = await sql<{ count: number }>`
    select count(distinct xmin::text)::int as count from orders where id = any(${ids}::uuid[])`.execute(
    tickets.context.db,
  )
  return rows[0]?.count ?? 0
}

const POISONS = {
  'whose amount cannot be said exactly': () => buy(priceless, 2),
  'that the database refuses': () => buy(good, 1, 'Poison'),
}

describe.each(Object.entries(POISONS))('an order %s, among good ones', (_name, poison) => {
  it('fails alone', limitFor(RACES), async () => {
    for (let race = 0; race < RACES; race++) {
      const before = await heldOf(good)
      const at = (race * 7) % NEIGHBOURS
      const answers = await Promise.all(
        Array.from({ length: NEIGHBOURS + 1 }, (_, index) => (index === at ? poison() : buy(good, 1))),
      )
      expect(answers[at]?.statusCode).toBe(500)
      const others = answers.filter((_answer, index) => index !== at)
      expect(new Set(others.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
      expect(await heldOf(good)).toBe(before + NEIGHBOURS)
      // They did travel together, else nothing was shown.
      expect(await transactionsOf(others)).toBeLessThan(NEIGHBOURS / 2)
    }
    expect(await heldOf(priceless)).toBe(0)
    expect(await violations()).toEqual([])
  })
})

it('takes its neighbours with it when nobody looks for it (the control: a batch is all or nothing)', async () => {
  const pool = createPool(tickets.database.url, { max: 1, pipeline: true, onError: () => {} })
  const engine = {
    pool,
    catalogue: createCatalogue(tickets.context.db),
    now: tickets.clock.now,
    availability: { saw: () => {}, forget: () => {}, peek: () => undefined },
  }
  const request = (typeId: string, quantity: number): HoldRequest => ({
    orderId: randomUUID(),
    eventId: toUuid('evt', event.eventId),
    lines: [{ ticketTypeId: toUuid('typ', typeId), quantity }],
    buyer: undefined,
    buyerUserId: null,
    locale: 'en',
    seconds: 600,
  })
  const before = await heldOf(good)
  await expect(holdOrders(engine, [request(good, 1), request(priceless, 2), request(good, 1)])).rejects.toThrow(
    RangeError,
  )
  expect(await heldOf(good)).toBe(before)
  await pool.end()
})

describe('an order of a thousand places among small ones', () => {
  /** As many lines as an order may have. */
  const big = (typeId: string) =>
    tickets.call('POST', '/v1/orders', {
      body: { eventId: event.eventId, lines: Array(20).fill({ ticketTypeId: typeId, quantity: 50 }) },
    })
  const smalls = (typeId: string, count: number) => Array.from({ length: count }, () => buy(typeId, 1))

  it('is served whole, and so are they', async () => {
    const typeId = await sell(tickets, event, { capacity: 1_200, priceMinor: 0, maxPerOrder: 1_000 })
    const answers = await Promise.all([...smalls(typeId, 100), big(typeId), ...smalls(typeId, 100)])
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
    expect(await heldOf(typeId)).toBe(1_200)
  })

  it('is refused when it does not fit, and takes nothing from them', async () => {
    const typeId = await sell(tickets, event, { capacity: 1_001, priceMinor: 0, maxPerOrder: 1_000 })
    await hold(tickets, event.eventId, typeId, 2)
    const answers = await Promise.all([...smalls(typeId, 50), big(typeId), ...smalls(typeId, 50)])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(50).fill(201), 409, ...Array(50).fill(201)])
    expect(await heldOf(typeId)).toBe(102)
    expect(await violations()).toEqual([])
  })
})
