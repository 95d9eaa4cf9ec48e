import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, migrate, sql } from '@guichet/database'
import { newUuid } from '@guichet/server'
import { emptyDatabase, type TestDatabase } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Schema } from '../src/db.ts'
import { BOOKS_OF_LEDGER } from '../src/reconciliation/books-of-ledger.ts'
import { BOOKS_OF_MONEY } from '../src/reconciliation/books-of-money.ts'
import { BOOKS_OF_PLACES } from '../src/reconciliation/books-of-places.ts'
import { MIGRATIONS } from '../src/service.ts'

const LAST_BEFORE = '000007'
const AT = new Date('2026-11-01T12:00:00Z')
const [event, type, pool, organizer] = [newUuid(), newUuid(), newUuid(), newUuid()]

let database: TestDatabase
let before: string
beforeAll(async () => {
  database = await emptyDatabase()
  before = await mkdtemp(join(tmpdir(), 'migrations-'))
  for (const name of await readdir(MIGRATIONS)) {
    if (name.slice(0, LAST_BEFORE.length) <= LAST_BEFORE) await copyFile(join(MIGRATIONS, name), join(before, name))
  }
})
afterAll(async () => {
  await rm(before, { recursive: true })
  await database?.stop()
})

interface Bought {
  quantity: number
  state: 'confirmed' | 'refunded'
  refund?: 'pending' | 'succeeded'
}

/** An order, as it was written before refunds could be in parts. */
async function write(db: ReturnType<typeof open>, { quantity, state, refund }: Bought): Promise<string> {
  const [order, payment] = [newUuid(), newUuid()]
  const total = quantity * 4_900
  await sql`
    insert into orders (event_id, id, organizer_id, state, number, locale, currency, total_minor, expires_at, created_at, confirmed_at,
                        ended_at, allotment_ids, allotment_places)
    values (${event}, ${order}, ${organizer}, ${state}, '1', 'en', 'EUR', ${total}, ${AT}, ${AT}, ${AT},
            ${state === 'refunded' ? AT : null}, ${[pool]}::uuid[], ${[quantity]}::int[])`.execute(db)
  await sql`
    insert into order_line (event_id, order_id, line_number, ticket_type_id, type_name, quantity, unit_price_minor)
    values (${event}, ${order}, 1, ${type}, '{"en": "Standard"}', ${quantity}, 4900)`.execute(db)
  await sql`
    insert into ticket (event_id, id, order_id, ticket_type_id, line_number, state, created_at)
    select ${event}, gen_random_uuid(), ${order}, ${type}, 1, ${state === 'refunded' ? 'void' : 'valid'}, ${AT}
      from generate_series(1, ${quantity}::int)`.execute(db)
  await sql`
    insert into payment (event_id, id, order_id, provider, state, amount_minor, currency, charged_minor, charged_currency, created_at,
                         settled_at, next_check_at)
    values (${event}, ${payment}, ${order}, 'simulated', ${refund === 'succeeded' ? 'refunded' : 'succeeded'}, ${total}, 'EUR', ${total},
            'EUR', ${AT}, ${AT}, ${AT})`.execute(db)
  if (!refund) return order
  await sql`
    insert into refund (event_id, id, order_id, payment_id, reason, state, amount_minor, currency, created_at, settled_at, next_attempt_at)
    values (${event}, ${newUuid()}, ${order}, ${payment}, 'requested', ${refund}, ${total}, 'EUR', ${AT},
            ${refund === 'succeeded' ? AT : null}, ${AT})`.execute(db)
  return order
}

const open = () => createDatabase<Schema>(database.url)

it('brings refunds over that were promised before tickets became void at the promise, so that all books agree', async () => {
  await migrate(database.url, before)
  const db = open()
  try {
    await sql`insert into allotment (event_id, id, ticket_type_id, capacity, sold) values (${event}, ${pool}, ${type}, 10, 5)`.execute(
      db,
    )
    const kept = await write(db, { quantity: 2, state: 'confirmed' })
    const promised = await write(db, { quantity: 3, state: 'confirmed', refund: 'pending' })
    const gone = await write(db, { quantity: 1, state: 'refunded', refund: 'succeeded' })
    await migrate(database.url, MIGRATIONS)

    const orders = await db.selectFrom('orders').select(['id', 'state', 'refunded_minor']).orderBy('id').execute()
    expect(orders).toEqual([
      { id: kept, state: 'confirmed', refunded_minor: 0 },
      { id: promised, state: 'refunded', refunded_minor: 14_700 },
      { id: gone, state: 'refunded', refunded_minor: 4_900 },
    ])
    const valid = await db.selectFrom('ticket').select('order_id').where('state', '=', 'valid').execute()
    expect(valid.map((ticket) => ticket.order_id)).toEqual([kept, kept])
    expect(await db.selectFrom('refund_ticket').select('ticket_id').execute()).toHaveLength(4)
    const soon = new Date(AT.getTime() + 60_000)
    for (const book of [...BOOKS_OF_MONEY, ...BOOKS_OF_PLACES, ...BOOKS_OF_LEDGER]) {
      expect([book.kind, (await book.find(event, soon).execute(db)).rows]).toEqual([book.kind, []])
    }
  } finally {
    await db.destroy()
  }
})
