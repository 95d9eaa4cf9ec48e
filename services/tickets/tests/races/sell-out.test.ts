import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { describe, expect, it } from 'vitest'
import type { TicketsTx } from '../../src/db.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'

const PLACES = 100
/** One sale and 500 buyers by default; with GUICHET_RACES=1000, 20 sales and 5,000 buyers. */
const SALES = Math.ceil(racesOf(1) / 50)
const BUYERS = SALES > 1 ? 5_000 : 500

async function openSale() {
  const tickets = await startTickets({ config: { databaseConnectionsMax: 20 } })
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event, { capacity: PLACES, priceMinor: 0 })
  return { tickets, event, typeId }
}

const placesOf = async (tickets: Tickets) =>
  tickets.context.db.selectFrom('allotment').select(['capacity', 'held', 'sold']).executeTakeFirstOrThrow()

/** A client that is told "busy" (503) repeats its request with the same key, and not in the same breath, as it should. */
async function persistent<Answer extends { statusCode: number }>(request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await request()
    if (answer.statusCode !== 503) return answer
    await setImmediate()
  }
}

describe(`100 places and ${BUYERS} buyers who want 1 to 4 each`, () => {
  it.each(Array.from({ length: SALES }, (_, sale) => sale + 1))(
    'sell exactly 100, never more, and none is stranded (sale %i)',
    limitFor(SALES),
    async () => {
      const { tickets, event, typeId } = await openSale()
      const buy = async (index: number) => {
        const key = randomUUID()
        const body = {
          eventId: event.eventId,
          lines: [{ ticketTypeId: typeId, quantity: (index % 4) + 1 }],
          buyer: { name: `Buyer ${index}`, email: `buyer${index}@example.org` },
        }
        const answer = await persistent(() =>
          tickets.call('POST', '/v1/orders', { body, headers: { 'idempotency-key': key } }),
        )
        if (answer.statusCode !== 201) {
          expect([answer.statusCode, answer.json().code]).toEqual([409, 'sold-out'])
          return
        }
        const order = answer.json()
        // One in three walks away, so that its places must come back.
        if (index % 3 === 0) return
        const pay = { provider: 'free', returnUrl: 'http://localhost:4000/' }
        const url = `/v1/orders/${order.id}/payments`
        const headers = { 'idempotency-key': key }
        const paid = await persistent(() => tickets.call('POST', url, { secret: order.secret, body: pay, headers }))
        expect(paid.statusCode, paid.body).toBe(201)
      }
      await Promise.all(Array.from({ length: BUYERS }, (_, index) => buy(index)))
      const full = await placesOf(tickets)
      // Whoever wanted one at the end got it, so that not one place is left over.
      expect(full.held + full.sold).toBe(PLACES)

      tickets.clock.advance(601)
      while ((await expireHolds.run(tickets.context)) > 0);
      expect(await placesOf(tickets)).toMatchObject({ held: 0, sold: full.sold })
      await Promise.all(Array.from({ length: PLACES }, () => buy(4)))
      expect(await placesOf(tickets)).toEqual({ capacity: PLACES, held: 0, sold: PLACES })
      expect(await findViolations({ databaseUrl: tickets.database.url, now: tickets.clock.now() })).toEqual([])
      await tickets.stop()
    },
  )

  it('oversell without the lock and the constraint (the control: this race can be lost)', async () => {
    const { tickets, event } = await openSale()
    const { db } = tickets.context
    await sql`alter table allotment drop constraint allotment_not_oversold`.execute(db)
    const eventId = toUuid('evt', event.eventId)
    // Fewer than there are connections, so that all can have read before the first writes.
    const together = 12
    const allRead = Promise.withResolvers<void>()
    let reading = together
    const hasRead = () => {
      reading -= 1
      if (reading === 0) allRead.resolve()
      return allRead.promise
    }
    const take = () => db.transaction().execute((tx) => takeWithoutLock(tx, eventId, 10, hasRead))
    await Promise.all(Array.from({ length: together }, take))
    const { capacity, held } = await placesOf(tickets)
    expect(held).toBeGreaterThan(capacity)
    expect((await findViolations({ databaseUrl: tickets.database.url })).join()).toMatch(
      /I1 oversold.*I1 the constraint is missing/,
    )
    await tickets.stop()
  })
})

/** What `placeHolds` does, but for the lock: it decides by what it read before others wrote. */
async function takeWithoutLock(
  tx: TicketsTx,
  eventId: string,
  quantity: number,
  hasRead: () => Promise<void>,
): Promise<void> {
  const pool = await tx.selectFrom('allotment').selectAll().where('event_id', '=', eventId).executeTakeFirstOrThrow()
  await hasRead()
  if (quantity > pool.capacity - pool.held - pool.sold) return
  await sql`update allotment set held = held + ${quantity} where event_id = ${eventId} and id = ${pool.id}`.execute(tx)
}

describe('orders that share several pools in opposite order', () => {
  it('never wait for each other for ever, and close the books', async () => {
    const { tickets, event, typeId } = await openSale()
    const other = await sell(tickets, event, { capacity: PLACES, priceMinor: 0 })
    const place = (types: string[]) => {
      const headers = { 'idempotency-key': randomUUID() }
      const body = { eventId: event.eventId, lines: types.map((ticketTypeId) => ({ ticketTypeId, quantity: 1 })) }
      return persistent(() => tickets.call('POST', '/v1/orders', { body, headers }))
    }
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => place(index % 2 === 0 ? [typeId, other] : [other, typeId])),
    )
    expect(answers.filter((answer) => answer.statusCode === 201)).toHaveLength(PLACES)
    expect(answers.every((answer) => answer.statusCode === 201 || answer.statusCode === 409)).toBe(true)
    expect(await findViolations({ databaseUrl: tickets.database.url })).toEqual([])
    await tickets.stop()
  })
})

describe('the constraint', () => {
  it('stops what the decision should have stopped: it is the last line', async () => {
    const { tickets } = await openSale()
    const raise = sql`update allotment set held = ${PLACES + 1}`.execute(tickets.context.db)
    await expect(raise).rejects.toThrow('allotment_not_oversold')
    await tickets.stop()
  })
})
