import { randomUUID } from 'node:crypto'
import type { KeyClaim } from '@guichet/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RecentKeys } from '../src/stock/recent-keys.ts'
import { startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

const newClaim = (): KeyClaim => ({ scope: 'guest:placeOrder', key: randomUUID(), requestHash: Buffer.alloc(32) })

/** Keys as batches store them. */
async function place(claims: readonly KeyClaim[]): Promise<void> {
  const rows = claims.map(({ scope, key, requestHash }) => ({ scope, key, request_hash: requestHash }))
  await tickets.context.db
    .insertInto('idempotency_key')
    .values(rows.map((row) => ({ ...row, status: 201, body: '{}' })))
    .execute()
}

it.each([
  ['all of them', 1_000],
  ['no more than a few of them', 5],
])('knows keys that were placed from others, remembering %s', async (_name, keysMax) => {
  const claims = Array.from({ length: 20 }, newClaim)
  await place(claims)
  const keys = new RecentKeys(tickets.context.db, keysMax)
  const strangers = Array.from({ length: 20 }, newClaim)
  const ask = (all: readonly KeyClaim[]) => Promise.all(all.map((claim) => keys.mayHave(claim)))
  const answers = await Promise.all([ask(claims), ask(strangers)])
  expect(answers).toEqual([Array(20).fill(true), Array(20).fill(false)])
  const late = newClaim()
  keys.add(late)
  await place([late])
  expect(await ask([late, newClaim()])).toEqual([true, false])
})
