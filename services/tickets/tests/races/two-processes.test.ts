import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'
import { startTwo, type Two } from './instances.ts'

const RACES = racesOf(10)

let two: Two
beforeAll(async () => {
  two = await startTwo()
})
afterAll(() => two?.stop())

const violations = () => findViolations({ databaseUrl: two.tickets.database.url, now: two.tickets.clock.now() })
const many = <T>(count: number, one: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)))

/** One of the two holds places for a guest. */
const hold = (instance: number, event: PublishedEvent, ticketTypeId: string, quantity: number, more: object = {}) =>
  two.post(instance, '/v1/orders', { eventId: event.eventId, lines: [{ ticketTypeId, quantity }], ...more })
const codes = (answers: { statusCode: number; json(): { code?: string } }[]) =>
  new Set(answers.filter(({ statusCode }) => statusCode !== 201).map((answer) => answer.json().code))
const granted = <T extends { statusCode: number }>(answers: T[]) =>
  answers.filter(({ statusCode }) => statusCode === 201)

async function pool(typeId: string) {
  const { context } = two.tickets
  const id = toUuid('typ', typeId)
  return context.db
    .selectFrom('allotment')
    .select(['capacity', 'held'])
    .where('ticket_type_id', '=', id)
    .executeTakeFirstOrThrow()
}

describe('two processes that sell one event', () => {
  it(`sell its last place once, in each of ${RACES} races`, limitFor(RACES), async () => {
    for (let race = 0; race < RACES; race++) {
      const event = await publishEvent(two.tickets)
      const typeId = await sell(two.tickets, event, { capacity: 20, priceMinor: 0 })
      const answers = await many(40, (index) => hold(index + race, event, typeId, (index % 4) + 1))
      expect(codes(answers)).toEqual(new Set(['sold-out']))
      expect(await pool(typeId)).toEqual({ capacity: 20, held: 20 })
    }
    expect(await violations()).toEqual([])
  })

  it(`make one order of one key, in each of ${RACES} races`, limitFor(RACES), async () => {
    const event = await publishEvent(two.tickets)
    const typeId = await sell(two.tickets, event, { capacity: RACES * 2, priceMinor: 0 })
    const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 2 }] }
    for (let race = 0; race < RACES; race++) {
      const key = randomUUID()
      const answers = await many(8, (index) => two.post(index, '/v1/orders', body, { key }))
      expect([...codes(answers)].filter((code) => code !== 'idempotency-in-progress')).toEqual([])
      const again = await many(2, (index) => two.post(index, '/v1/orders', body, { key }))
      expect(granted(again)).toHaveLength(2)
      expect(new Set(granted([...answers, ...again]).map((answer) => answer.body)).size).toBe(1)
      const changed = await many(2, (index) => two.post(index, '/v1/orders', { ...body, locale: 'fr' }, { key }))
      expect(codes(changed)).toEqual(new Set(['idempotency-key-reused']))
      expect((await pool(typeId)).held).toBe(2 * (race + 1))
    }
    expect(await violations()).toEqual([])
  })
})

describe('what one process changes', () => {
  it('is what the other sells by from that moment on', limitFor(RACES), async () => {
    const event = await publishEvent(two.tickets)
    const typeId = await sell(two.tickets, event, { capacity: 100_000, priceMinor: 1_000 })
    const setPrice = (priceMinor: number) =>
      two.tickets.call('PATCH', `/v1/ticket-types/${typeId}`, {
        token: event.owner,
        headers: { 'if-match': '*' },
        body: { priceMinor },
      })
    for (let race = 1; race <= RACES; race++) {
      const [was, is] = [1_000 + race - 1, 1_000 + race]
      const during = many(10, (index) => hold(index, event, typeId, 1))
      expect((await setPrice(is)).statusCode).toBe(200)
      const after = await many(4, (index) => hold(index, event, typeId, 1))
      expect(after.map((answer) => answer.json().totalMinor)).toEqual([is, is, is, is])
      for (const answer of await during) expect([was, is]).toContain(answer.json().totalMinor)
    }
  })

  it('is what the other sells soon, when it is places that were given back: it refuses from memory no longer than a second', async () => {
    const event = await publishEvent(two.tickets)
    const typeId = await sell(two.tickets, event, { capacity: 5, priceMinor: 0 })
    const { id, secret } = (await hold(0, event, typeId, 5)).json()
    // Asked before, so that the other has it in memory.
    await two.other.context.stock.availability.look(toUuid('evt', event.eventId))
    expect((await hold(1, event, typeId, 1)).statusCode).toBe(409)
    expect((await two.post(0, `/v1/orders/${id}/cancellation`, {}, { secret })).statusCode).toBe(200)
    await eventually(async () => (await hold(1, event, typeId, 1)).statusCode === 201)
  })

  it('is not seen when it does not touch the terms (the control: each keeps them in memory)', async () => {
    const event = await publishEvent(two.tickets)
    const typeId = await sell(two.tickets, event, { priceMinor: 1_000 })
    expect((await hold(1, event, typeId, 1)).json().totalMinor).toBe(1_000)
    await sql`update ticket_type set price_minor = 2000 where id = ${toUuid('typ', typeId)}`.execute(
      two.tickets.context.db,
    )
    expect((await hold(1, event, typeId, 1)).json().totalMinor).toBe(1_000)
  })
})

describe('one buyer who may have three, and asks both processes for twelve at once', () => {
  const MOST = 3
  const buyer = (index: number) => ({
    buyer: { name: 'Ann', email: index % 3 ? 'ann@example.org' : 'ANN@Example.org' },
  })

  it(`has three, in each of ${RACES} races`, limitFor(RACES), async () => {
    const event = await publishEvent(two.tickets)
    for (let race = 0; race < RACES; race++) {
      const typeId = await sell(two.tickets, event, { capacity: 100, priceMinor: 0, maxPerBuyer: MOST })
      const answers = await many(12, (index) => hold(index + race, event, typeId, 1, buyer(index)))
      expect(granted(answers)).toHaveLength(MOST)
      expect(codes(answers)).toEqual(new Set(['buyer-limit-exceeded']))
    }
    expect(await violations()).toEqual([])
  })

  it('has more when what they have is counted before the lock (the control: this race can be lost)', async () => {
    const event = await publishEvent(two.tickets)
    const typeId = await sell(two.tickets, event, { capacity: 100, priceMinor: 0 })
    const has = async () => {
      const { rows } = await sql<{ tickets: number }>`
        select coalesce(sum(quantity), 0)::int as tickets from order_line where ticket_type_id = ${toUuid('typ', typeId)}`.execute(
        two.tickets.context.db,
      )
      return rows[0]?.tickets ?? 0
    }
    // All twelve count before any of them holds.
    const counts = await many(12, has)
    await many(12, async (index) =>
      (counts[index] ?? 0) < MOST ? hold(index, event, typeId, 1, buyer(index)) : undefined,
    )
    expect(await has()).toBeGreaterThan(MOST)
  })
})

describe('a code with seven uses, in both processes', () => {
  const USES = 7
  const SALES = Math.ceil(RACES / 10)

  it(
    `is used seven times by 50 buyers at once and 50 in turn, in each of ${SALES} sales`,
    limitFor(RACES),
    async () => {
      for (let sale = 0; sale < SALES; sale++) {
        const event = await publishEvent(two.tickets)
        const typeId = await sell(two.tickets, event, { capacity: 1_000, priceMinor: 1_000 })
        const made = await two.tickets.call('POST', `/v1/events/${event.eventId}/promo-codes`, {
          token: event.owner,
          body: { code: 'SEVEN', discountPercent: 50, usesMax: USES },
        })
        expect(made.statusCode, made.body).toBe(201)
        const quantity = (index: number) => (index % 3 === 0 ? 2 : 1)
        const use = (index: number) => hold(index + sale, event, typeId, quantity(index), { promoCode: 'seven' })
        const answers = await many(50, use)
        for (let index = 0; index < 50; index++) answers.push(await use(index))
        const used = granted(answers).reduce((sum, answer) => sum + answer.json().totalMinor / 500, 0)
        expect(used).toBe(USES)
        expect(codes(answers)).toEqual(new Set(['promo-code-used-up']))
      }
      expect(await violations()).toEqual([])
    },
  )
})
