import { inTransaction, sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { confirmHeldOrders } from '../../src/orders/confirm-order.ts'
import { lockOrder } from '../../src/orders/find-order.ts'
import type { Mode } from '../../src/payments/provider.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { limitFor, racesOf } from '../runs.ts'

/** `GUICHET_RACES=1000`: a thousand confirmations at once, a third of which do not commit and are repeated. */
const CONFIRMATIONS = racesOf(120)
const AT_ONCE = 8

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

class RolledBack extends Error {}

async function ordersOf(event: PublishedEvent) {
  const typeId = await sell(tickets, event, { capacity: CONFIRMATIONS })
  const orders: { event_id: string; id: string }[] = []
  for (let count = 0; count < CONFIRMATIONS; count++) {
    const { id } = await hold(tickets, event.eventId, typeId)
    orders.push({ event_id: toUuid('evt', event.eventId), id: toUuid('ord', id) })
  }
  return orders
}

/** Works them off, so many at once; each that is rolled back is confirmed again later. */
async function raceAll<Work>(
  works: readonly Work[],
  run: (work: Work, attempt: number) => Promise<void>,
): Promise<void> {
  const queue = works.map((work) => ({ work, attempt: 1 }))
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { work, attempt } = next
      await run(work, attempt).catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error
        queue.push({ work, attempt: attempt + 1 })
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Both kinds of money at once. */
const modeOf = (index: number): Mode => (index % 4 === 0 ? 'test' : 'live')
const fails = (index: number, attempt: number) => attempt === 1 && index % 3 === 0

it(
  'numbers invoices from one without a gap or a double, whoever is rolled back in between',
  limitFor(CONFIRMATIONS),
  async () => {
    const { context } = tickets
    const events = [await publishEvent(tickets), await publishEvent(tickets)]
    for (const event of events) {
      const orders = (await ordersOf(event)).map((key, index) => ({ key, index }))
      await raceAll(orders, ({ key, index }, attempt) =>
        inTransaction(context.db, async (tx) => {
          const order = await lockOrder(tx, key)
          await confirmHeldOrders(tx, [{ order, mode: modeOf(index) }], await context.time(tx))
          if (fails(index, attempt)) throw new RolledBack()
        }),
      )
      const { rows } = await sql<{ mode: Mode; number: number; order_number: string; issued_at: Date }>`
        select invoice.mode, invoice.number, orders.number as order_number, issued_at from invoice
          join orders on orders.event_id = invoice.event_id and orders.id = invoice.order_id
         where invoice.event_id = ${toUuid('evt', event.eventId)} order by orders.number`.execute(context.db)
      for (const mode of ['live', 'test']) {
        const own = orders.filter(({ index }) => modeOf(index) === mode)
        const numbers = rows.filter((row) => row.mode === mode).map((row) => row.number)
        expect(numbers, mode).toEqual(own.map((_order, index) => index + 1))
      }
      expect(rows.map((row) => Number(row.order_number))).toEqual(orders.map((_order, index) => index + 1))
      const times = rows.map((row) => row.issued_at.getTime())
      expect(times).toEqual([...times].sort((one, other) => one - other))
    }
  },
)

it('the control: numbers from a sequence, which gives none back, have gaps', limitFor(CONFIRMATIONS), async () => {
  const { context } = tickets
  await sql`create sequence careless`.execute(context.db)
  const numbers: number[] = []
  await raceAll(
    Array.from({ length: CONFIRMATIONS }, (_one, index) => index),
    (index, attempt) =>
      inTransaction(context.db, async (tx) => {
        const { rows } = await sql<{ number: number }>`select nextval('careless') as number`.execute(tx)
        if (fails(index, attempt)) throw new RolledBack()
        numbers.push(rows[0]?.number ?? 0)
      }),
  )
  expect(Math.max(...numbers)).toBeGreaterThan(numbers.length)
})
