import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'

const ROUNDS = racesOf(10)
const USES = 10
const BUYERS = 30

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets({ config: { databaseConnectionsMax: 20 } })
})
afterAll(() => tickets?.stop())

async function openSale(usesMax: number | null) {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 1_000 })
  const call = (method: 'POST' | 'PATCH', path: string, body: object) =>
    tickets.call(method, path, { token: event.owner, body, headers: { 'if-match': '*' } })
  const made = await call('POST', `/v1/events/${event.eventId}/promo-codes`, {
    code: 'DIX',
    discountPercent: 50,
    usesMax,
  })
  const buy = () =>
    tickets.call('POST', '/v1/orders', {
      body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], promoCode: 'dix' },
    })
  return { event, buy, limit: (most: number) => call('PATCH', `/v1/promo-codes/${made.json().id}`, { usesMax: most }) }
}

const violations = () => findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })

describe('ten uses of a code and thirty buyers', () => {
  it('are used ten times, never more, and no other buyer pays less', limitFor(ROUNDS), async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { buy } = await openSale(USES)
      const answers = await Promise.all(Array.from({ length: BUYERS }, buy))
      const held = answers.filter((answer) => answer.statusCode === 201)
      expect(held).toHaveLength(USES)
      expect(new Set(held.map((answer) => answer.json().totalMinor))).toEqual(new Set([500]))
      const refused = answers.filter((answer) => answer.statusCode !== 201).map((answer) => answer.json().code)
      expect(new Set(refused)).toEqual(new Set(['promo-code-used-up']))
    }
    expect(await violations()).toEqual([])
  })

  it('are used more often when the uses are only counted by the orders there are (the control)', async () => {
    const { event, buy } = await openSale(null)
    const eventId = toUuid('evt', event.eventId)
    const used = async () => {
      const { rows } = await sql<{ used: number }>`
        select count(*)::int as used from orders where event_id = ${eventId} and promo_code = 'dix'`.execute(
        tickets.context.db,
      )
      return rows[0]?.used ?? 0
    }
    // All of them count before any of them buys.
    const counts = await Promise.all(Array.from({ length: BUYERS }, used))
    await Promise.all(counts.map((count) => (count < USES ? buy() : undefined)))
    expect(await used()).toBeGreaterThan(USES)
  })
})

describe('a limit that comes while buyers use the code', () => {
  it('counts the uses there are, or is refused', limitFor(ROUNDS), async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { buy, limit } = await openSale(null)
      const early = Array.from({ length: round % BUYERS }, buy)
      const limited = limit(USES)
      const answers = await Promise.all([...early, ...Array.from({ length: BUYERS }, buy)])
      const held = answers.filter((answer) => answer.statusCode === 201).length
      const { statusCode } = await limited
      expect([200, 409]).toContain(statusCode)
      if (statusCode === 200) expect(held).toBe(USES)
    }
    expect(await violations()).toEqual([])
  })
})
