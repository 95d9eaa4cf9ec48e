import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'

const ROUNDS = racesOf(10)
const BUYERS = 40

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets({ config: { databaseConnectionsMax: 20 } })
})
afterAll(() => tickets?.stop())

interface Sale {
  event: PublishedEvent
  types: string[]
}

async function openSale(capacity: number): Promise<Sale> {
  const event = await publishEvent(tickets)
  const types = [
    await sell(tickets, event, { capacity, priceMinor: 0 }),
    await sell(tickets, event, { capacity, priceMinor: 0 }),
  ]
  return { event, types }
}

/** A buyer holds 1 to 3 tickets; one in two pays, one in four gives them back. True when there were places. */
async function buy({ event, types }: Sale, index: number): Promise<boolean> {
  const body = {
    eventId: event.eventId,
    lines: [{ ticketTypeId: types[index % types.length], quantity: (index % 3) + 1 }],
    buyer: { name: `Buyer ${index}`, email: `buyer${index}@example.org` },
  }
  const held = await tickets.call('POST', '/v1/orders', { body })
  if (held.statusCode !== 201) {
    expect(held.json().code, held.body).toBe('sold-out')
    return false
  }
  const { id, secret } = held.json()
  const pay = { provider: 'free', returnUrl: 'http://localhost:4000/' }
  const after = [
    () => tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body: pay }),
    () => tickets.call('POST', `/v1/orders/${id}/cancellation`, { secret, body: {} }),
  ]
  const next = index % 2 === 0 ? after[0] : index % 4 === 1 ? after[1] : undefined
  const answer = await next?.()
  expect(answer?.statusCode ?? 200, answer?.body).toBeLessThan(300)
  return true
}

const member = (sale: Sale, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) =>
  tickets.call(method, path, {
    token: sale.event.owner,
    headers: { 'if-match': '*', ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}) },
    ...(body ? { body } : {}),
  })

/** Nobody waits for who waits for them: PostgreSQL would end one of the two, a second later. */
const deadlocks = async () => {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks::int from pg_stat_database where datname = current_database()`.execute(tickets.context.db)
  return rows[0]?.deadlocks
}

const violations = () => findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })

async function takenOf(sale: Sale): Promise<{ kind: string; capacity: number; taken: number }[]> {
  const { rows } = await sql<{ kind: string; capacity: number; taken: number }>`
    select kind, capacity, held + sold as taken from allotment
     where event_id = ${toUuid('evt', sale.event.eventId)} order by id`.execute(tickets.context.db)
  return rows
}

/** Runs a change in the midst of the buyers, at another moment in every round. */
async function amidBuyers<T>(sale: Sale, round: number, change: () => Promise<T>): Promise<T> {
  const changeAt = (round * 7) % BUYERS
  let changed: Promise<T> | undefined
  const buyers: Promise<boolean>[] = []
  for (let index = 0; index < BUYERS; index++) {
    buyers.push(buy(sale, index))
    if (index === changeAt) changed = change()
    // The first one has all the time it needs: else buyers who are always faster would leave nothing to look at.
    if (round === 0) await changed
    if (index % 8 === 7) await Promise.race(buyers.slice(-8))
  }
  await Promise.all(buyers)
  if (!changed) throw new Error('The change was not made')
  return changed
}

describe('a capacity that is lowered while buyers hold', () => {
  it('is refused or kept, and never takes a place from who has it', limitFor(ROUNDS), async () => {
    const outcomes = new Set<number>()
    for (let round = 0; round < ROUNDS; round++) {
      const sale = await openSale(30)
      const path = `/v1/ticket-types/${sale.types[0]}`
      const answer = await amidBuyers(sale, round, () => member(sale, 'PATCH', path, { capacity: 12 }))
      outcomes.add(answer.statusCode)
      const [pool] = await takenOf(sale)
      if (answer.statusCode === 200) expect(pool?.taken).toBeLessThanOrEqual(12)
      else expect(answer.json()).toMatchObject({ status: 409, code: 'capacity-below-sold' })
      expect(pool?.capacity).toBe(answer.statusCode === 200 ? 12 : 30)
    }
    expect([...outcomes].every((status) => status === 200 || status === 409)).toBe(true)
    expect(await violations()).toEqual([])
  })

  it('oversells when it is checked without the lock and the constraint (the control)', async () => {
    const database = await startTickets()
    const event = await publishEvent(database)
    await sell(database, event, { capacity: 30 })
    const { db } = database.context
    await sql`alter table allotment drop constraint allotment_not_oversold`.execute(db)
    const oversold = async () => {
      await sql`update allotment set held = 0, capacity = 30`.execute(db)
      // Reads that there is room for the change, lets one buyer through, and writes what it decided before.
      const before = await db.selectFrom('allotment').select(['held', 'sold']).executeTakeFirstOrThrow()
      await sql`update allotment set held = held + 20 where held + 20 <= capacity`.execute(db)
      if (before.held + before.sold <= 12) await sql`update allotment set capacity = 12`.execute(db)
      return (await db.selectFrom('allotment').select(['held', 'capacity']).executeTakeFirstOrThrow()).held > 12
    }
    expect(await oversold()).toBe(true)
    expect((await findViolations({ databaseUrl: database.database.url })).join()).toMatch(/I1 oversold/)
    await database.stop()
  })
})

describe('a limit over several types that comes while buyers hold', () => {
  it('counts each order once, whichever of them was first', limitFor(ROUNDS), async () => {
    const outcomes = new Set<number>()
    for (let round = 0; round < ROUNDS; round++) {
      const sale = await openSale(100)
      const body =
        round % 2 ? { kind: 'event', capacity: 25 } : { kind: 'shared', ticketTypeIds: sale.types, capacity: 25 }
      const path = `/v1/events/${sale.event.eventId}/allotments`
      const answer = await amidBuyers(sale, round, () => member(sale, 'POST', path, body))
      outcomes.add(answer.statusCode)
      const pool = (await takenOf(sale)).find((one) => one.kind === body.kind)
      if (answer.statusCode === 201) expect(pool?.taken).toBeLessThanOrEqual(25)
      else expect([answer.json().code, pool]).toEqual(['capacity-below-sold', undefined])
    }
    expect(outcomes).toContain(201)
    expect(await violations()).toEqual([])
    expect(await deadlocks()).toBe(0)
  })

  it(
    'may change its types and go again in the midst of them, and leaves nothing behind',
    limitFor(ROUNDS),
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const sale = await openSale(100)
        const path = `/v1/events/${sale.event.eventId}/allotments`
        const { id } = (
          await member(sale, 'POST', path, { kind: 'shared', ticketTypeIds: sale.types, capacity: 60 })
        ).json()
        const [first] = sale.types
        await amidBuyers(sale, round, async () => {
          const narrowed = await member(sale, 'PATCH', `/v1/allotments/${id}`, { ticketTypeIds: [first] })
          expect(narrowed.statusCode, narrowed.body).toBe(200)
          if (round % 2) expect((await member(sale, 'DELETE', `/v1/allotments/${id}`)).statusCode).toBe(204)
        })
      }
      expect(await violations()).toEqual([])
      // And every hold still gives back exactly what it took.
      tickets.clock.advance(601)
      while ((await expireHolds.run(tickets.context)) > 0);
      expect(await violations()).toEqual([])
      const left = await sql`select id from allotment where held > 0`.execute(tickets.context.db)
      expect(left.rows).toEqual([])
    },
  )

  it('strands places when the orders that are there are forgotten (the control)', async () => {
    const sale = await openSale(100)
    await buy(sale, 0)
    await buy(sale, 3)
    const eventId = toUuid('evt', sale.event.eventId)
    const id = randomUUID()
    const { db } = tickets.context
    await sql`insert into allotment (event_id, id, kind, capacity, sold) values (${eventId}, ${id}, 'event', 25, 1)`.execute(
      db,
    )
    expect((await violations()).join()).toMatch(/I1 held or sold differs from the orders/)
    await sql`delete from allotment where event_id = ${eventId} and id = ${id}`.execute(db)
  })
})
