import { emptyDatabase, eventually } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Db, inTransaction, sql } from '../src/database.ts'

let database: Awaited<ReturnType<typeof emptyDatabase>>
let db: Db<object>
const errors: Error[] = []

beforeAll(async () => {
  database = await emptyDatabase()
  db = createDatabase<object>(database.url, { max: 2, onError: (error) => errors.push(error) })
})
afterAll(async () => {
  await db?.destroy()
  await database?.stop()
})

it('rejects a transaction whose connection dies between two statements, and the process goes on', async () => {
  const transaction = inTransaction(db, async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db)
    await eventually(() => errors.length > 0) // an error that nobody listens to would end the process here
    await sql`select 1`.execute(tx)
  })
  await expect(transaction).rejects.toThrow()
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db)
  expect(rows).toEqual([{ one: 1 }])
})
