import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import type { KeyClaim } from '@guichet/server'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { TicketsDb } from '../src/db.ts'
import { RecentKeys } from '../src/stock/recent-keys.ts'
import { startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

const newClaim = (): KeyClaim => ({ scope: 'guest:placeOrder', key: randomUUID(), requestHash: Buffer.alloc(32) })

/** Keys as batches store them. */
async function place(claims: readonly KeyClaim[], db = tickets.context.db): Promise<void> {
  const rows = claims.map(({ scope, key, requestHash }) => ({ scope, key, request_hash: requestHash }))
  await db
    .insertInto('idempotency_key')
    .values(rows.map((row) => ({ ...row, status: 201, body: '{}' })))
    .execute()
}

afterEach(() => {
  vi.restoreAllMocks()
})

const askAll = (keys: RecentKeys, claims: readonly KeyClaim[]) =>
  Promise.all(claims.map((claim) => keys.mayHave(claim)))

it('knows keys that were placed, from others and by itself, and no other', async () => {
  const claims = Array.from({ length: 20 }, newClaim)
  await place(claims)
  const keys = new RecentKeys(tickets.context.db)
  const strangers = Array.from({ length: 20 }, newClaim)
  const answers = await Promise.all([askAll(keys, claims), askAll(keys, strangers)])
  expect(answers).toEqual([Array(20).fill(true), Array(20).fill(false)])
  const late = newClaim()
  keys.add(late)
  expect(await askAll(keys, [late, newClaim()])).toEqual([true, false])
})

it('knows a key that was written before a reading and committed after it', async () => {
  const pass = standStill()
  const keys = new RecentKeys(tickets.context.db)
  const claim = newClaim()
  const write = await tickets.context.db.startTransaction().execute()
  await place([claim], write)
  expect(await keys.mayHave(claim)).toBe(false)
  await write.commit().execute()
  pass(1_000)
  expect(await keys.mayHave(claim)).toBe(true)
})

it('asks one statement for all, however large the sale was', async () => {
  await sql`insert into idempotency_key (scope, key, request_hash, status, body)
            select 'guest:placeOrder', gen_random_uuid(), '', 201, '{}' from generate_series(1, 300000)`.execute(
    tickets.context.db,
  )
  const claims = Array.from({ length: 20 }, newClaim)
  await place(claims)
  const { db, statements } = counted(tickets.context.db)
  standStill()
  const keys = new RecentKeys(db)
  expect(await askAll(keys, claims)).toEqual(Array(20).fill(true))
  for (let turn = 0; turn < 20; turn++) expect(await askAll(keys, [newClaim()])).toEqual([false])
  expect(statements()).toBe(1)
})

it('keeps a key for a quarter of an hour, and lets it go after a second one', async () => {
  const pass = standStill()
  const keys = new RecentKeys(tickets.context.db)
  await keys.mayHave(newClaim())
  // Known by being told of it alone: the database does not have it.
  const claim = newClaim()
  keys.add(claim)
  const knownAfter = async (minutes: number) => {
    for (let half = 0; half < 2 * minutes; half++) {
      pass(30_000)
      await keys.mayHave(newClaim())
    }
    return keys.mayHave(claim)
  }
  expect(await knownAfter(15)).toBe(true)
  expect(await knownAfter(14)).toBe(true)
  expect(await knownAfter(3)).toBe(false)
})

it('lets the keys go when nobody is refused', async () => {
  const pass = standStill()
  const keys = new RecentKeys(tickets.context.db)
  await keys.mayHave(newClaim())
  const claim = newClaim()
  keys.add(claim)
  pass(61_000)
  keys.add(newClaim())
  expect(await keys.mayHave(claim)).toBe(false)
})

/** The monotonic clock moves by hand. */
function standStill(): (ms: number) => void {
  let now = performance.now()
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return (ms) => {
    now += ms
  }
}

function counted(db: TicketsDb): { db: TicketsDb; statements: () => number } {
  let count = 0
  const counting = db.withPlugin({
    transformQuery: ({ node }) => {
      count++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { db: counting, statements: () => count }
}
