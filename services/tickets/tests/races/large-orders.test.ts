import { sql } from '@guichet/database'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TICKETS_MAX } from '../../src/payments/settle-together.ts'
import { hold, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { PAY } from '../shop.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

it('confirms large orders a few at a time, and small ones beside them all the same', async () => {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity: 100_000, priceMinor: 0, maxPerOrder: 1_000 })
  const orders = []
  for (let count = 0; count < 12; count++) {
    orders.push(await hold(tickets, event.eventId, typeId, count % 2 ? 1 : 1_000))
  }
  const answers = await Promise.all(
    orders.map(({ id, secret }) =>
      tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body: { ...PAY, provider: 'free' } }),
    ),
  )
  expect(new Set(answers.map((answer) => answer.json().state))).toEqual(new Set(['succeeded']))
  const { rows } = await sql<{ tickets: number }>`
    select count(*)::int as tickets from ticket group by xmin::text`.execute(tickets.context.db)
  expect(rows.reduce((sum, row) => sum + row.tickets, 0)).toBe(6_006)
  expect(Math.max(...rows.map((row) => row.tickets))).toBeLessThanOrEqual(TICKETS_MAX)
  expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
})
