import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

/** More than are kept in memory. */
const CODES = 4_200

let tickets: Tickets
let event: PublishedEvent
let typeId: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 100_000, priceMinor: 1_000 })
  await sql`
    insert into promo_code (event_id, id, code, discount_percent, created_at)
    select ${toUuid('evt', event.eventId)}, gen_random_uuid(), 'MEMBER-' || number, 50, now()
      from generate_series(0, ${CODES - 1}) number`.execute(tickets.context.db)
})
afterAll(() => tickets?.stop())

it('knows every member’s own code, however many have been used since', async () => {
  const use = async (number: number) => {
    const answer = await tickets.call('POST', '/v1/orders', {
      // Each from an address of their own: many codes from one look like guesses.
      headers: { 'x-forwarded-for': `10.1.${number >> 8}.${number & 255}`, 'idempotency-key': randomUUID() },
      body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], promoCode: `member-${number}` },
    })
    return answer.statusCode === 201 ? answer.json().totalMinor : answer.json().code
  }
  for (let from = 0; from < CODES; from += 100) {
    // New ones, and with them in the same batches some that were used before.
    const numbers = Array.from({ length: 100 }, (_, index) => [from + index, (from * index) % (from + 1)]).flat()
    expect(new Set(await Promise.all(numbers.map(use)))).toEqual(new Set([500]))
  }
})
