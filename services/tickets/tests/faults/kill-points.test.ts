import { randomUUID } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findViolations } from '../invariants.ts'
import { limitFor, timesOf } from './counts.ts'
import { findBrokenPromises, type History, keepHistory } from './history.ts'
import { type DurablePostgres, startDurablePostgres } from './postgres.ts'
import { type DatabaseProxy, type Point, startProxy } from './proxy.ts'
import { putOnSale, query, type Sale } from './sale.ts'
import { type Service, startService } from './service.ts'

/** Kills at each point. */
const KILLS = timesOf(1)

let postgres: DurablePostgres
let proxy: DatabaseProxy
let service: Service
let sale: Sale
let history: History
let databaseUrl: string
beforeAll(async () => {
  postgres = await startDurablePostgres()
  databaseUrl = postgres.url('tickets')
  proxy = await startProxy(postgres.port)
  service = await startService({ databaseUrl: postgres.url('tickets', proxy.port), migrate: true, supervised: true })
  // A limit for each buyer has orders decided under the lock, so that there is a commit of its own to stop at.
  sale = await putOnSale(databaseUrl, { maxPerBuyer: 1_000_000 })
  history = keepHistory([service.url])
})
afterAll(async () => {
  await service?.stop()
  await proxy?.stop()
  await postgres?.stop()
})

/** Orders of a buyer, as others see them: what is committed. */
const ordersOf = (email: string) =>
  query<{ id: string }>(databaseUrl, 'select id from orders where buyer_email = $1', [email])

/** An order whose conversation with PostgreSQL goes dead at the point; then `fault` comes, and the buyer repeats. */
async function placeThrough(point: Point, fault: (cut: () => void) => unknown) {
  const email = `${randomUUID()}@example.org`
  const isCommitted = async () => (await ordersOf(email)).length > 0
  const caught = proxy.snare({ marker: email, point, isCommitted })
  const body = sale.order(3, { name: 'Amina Diallo', email })
  const call = { act: 'place' as const, path: '/v1/orders', body, key: randomUUID() }
  const answered = history.ask(call)
  const cut = await caught
  const before = (await ordersOf(email)).length
  expect(history.answers.has(call.key)).toBe(false)
  await fault(cut)
  const { status, body: order } = await answered
  expect(status).toBe(201)
  history.promises.set(order.id, 'held')
  const again = await history.ask(call)
  expect(again.body).toEqual(order)
  expect(await ordersOf(email)).toHaveLength(1)
  return { before }
}

describe.each([
  ['F1', 'before the write', 0],
  ['F1', 'before the commit', 0],
  ['F2', 'after the commit', 1],
] as const)('%s: %s', (_fault, point, committed) => {
  it(`killed ${KILLS} time(s): the repetition gets the one hold there is`, limitFor(KILLS), async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const { before } = await placeThrough(point, () => service.killAndAwaitReturn())
      expect(before).toBe(committed)
    }
  })

  it(
    `F14: the connection cut ${KILLS} time(s): the service lives on, and the repetition gets the one hold there is`,
    limitFor(KILLS),
    async () => {
      const starts = service.starts()
      for (let cuts = 0; cuts < KILLS; cuts++) {
        const { before } = await placeThrough(point, (cut) => cut())
        expect(before).toBe(committed)
      }
      expect(service.starts()).toBe(starts)
    },
  )
})

// It takes the twenty seconds after which a silent connection is given up.
if (KILLS > 1) {
  it(
    'F14: a connection that goes silent after the commit is given up within 30 s, and the repetition gets the one hold there is',
    limitFor(KILLS),
    async () => {
      const starts = service.starts()
      const { before } = await placeThrough('after the commit', () => {})
      expect([before, service.starts()]).toEqual([1, starts])
    },
  )
}

it('leaves books that close', async () => {
  expect(await findBrokenPromises(history, databaseUrl, sale.eventUuid)).toEqual([])
  // A connection that was just cut may have its transaction open for a moment.
  await eventually(async () => expect(await findViolations({ databaseUrl })).toEqual([]))
  console.log(`kill points, ${KILLS} of each: ${history.describe()}`)
})
