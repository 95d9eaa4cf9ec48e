import { toId, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limitFor, timesOf } from '../faults/counts.ts'
import { openShop, type Shop } from '../shop.ts'
import { createFaults, PROVIDER_FAULTS, TABLES } from './faults.ts'
import { JOURNEYS, type Manner, startActors } from './journeys.ts'

/** Of each way, so many writes to each table are made to fail; all of them with `GUICHET_KILLS=20`. */
const WRITES = timesOf(2)

const faults = createFaults()
let shop: Shop
beforeAll(async () => {
  shop = await openShop({ overrides: { provider: faults.provider } })
  await shop.payments.control({ webhooks: 'drop' })
})
afterAll(() => shop?.stop())

/** Goes one way to its end, in which nothing may be left over or done twice. */
async function travel(name: string, manner: Manner): Promise<void> {
  const end = await JOURNEYS[name]?.(shop, startActors(shop, manner))
  if (!end) throw new Error(`No journey ${name}`)
  const { state, tickets } = await shop.read(end.order)
  const valid = tickets.filter((ticket: { state: string }) => ticket.state === 'valid').length
  const paymentIds = await paymentsOf(end.order.id)
  const journal = await shop.payments.journal()
  const ofOrder = (entries: { reference: string }[]) =>
    entries.filter((entry) => paymentIds.has(entry.reference)).length
  expect({
    state,
    validTickets: valid,
    charges: ofOrder(journal.charges),
    refunds: ofOrder(journal.refunds),
  }).toEqual({ state: end.state, validTickets: end.validTickets, charges: end.charges, refunds: end.refunds })
}

async function paymentsOf(orderId: string): Promise<Set<string>> {
  const rows = await shop.tickets.context.db
    .selectFrom('payment')
    .select('id')
    .where('order_id', '=', toUuid('ord', orderId))
    .execute()
  return new Set(rows.map((row) => toId('pay', row.id)))
}

const ways = Object.keys(JOURNEYS)

describe.each(ways)('%s', (way) => {
  it('comes to its end', () => travel(way, 'once'))
  it('with each step taken twice, and each undo, comes to the same end', () => travel(way, 'twice'))
  it('with each step taken four times at once, and each undo, comes to the same end', () => travel(way, 'at once'))
})

describe('a fault', () => {
  /** Which ways came to the step: a fault that strikes nowhere would prove nothing. */
  const struck = new Map<string, string[]>()

  it.each(PROVIDER_FAULTS)('%s is survived on each way that comes to it', async (at) => {
    for (const way of ways) {
      const fault = faults.atProvider(at)
      await travel(way, 'once')
      if (await fault.fired()) struck.set(at, [...(struck.get(at) ?? []), way])
      await fault.disarm()
    }
    expect(struck.get(at)?.length).toBeGreaterThan(0)
  })

  it.each(TABLES)(
    'at the writing of %s leaves nothing of its step, and is survived on each way',
    limitFor(ways.length * WRITES),
    async (table) => {
      // The n-th write of a way is another step.
      for (const way of ways) {
        for (let nth = 1, more = true; more && nth <= WRITES; nth++) {
          const fault = await faults.atTable(shop, table, nth)
          await travel(way, 'once').finally(async () => {
            more = await fault.fired()
            if (more) struck.set(table, [...(struck.get(table) ?? []), `${way} (${nth})`])
            await fault.disarm()
          })
        }
      }
      expect(struck.get(table)?.length).toBeGreaterThan(0)
    },
  )

  it('has struck at each step, and leaves books that close, with the provider’s own beside them', async () => {
    expect([...struck.keys()].sort()).toEqual([...PROVIDER_FAULTS, ...TABLES].sort())
    const count = [...struck.values()].reduce((sum, at) => sum + at.length, 0)
    console.log(`saga: ${count} faults on ${ways.length} ways, at ${struck.size} places`)
    expect(await shop.violations()).toEqual([])
  })
})
