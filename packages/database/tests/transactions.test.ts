import { emptyDatabase, type TestDatabase } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDatabase, type Db, inTransaction, sql, type Tx, violatedConstraint } from '../src/database.ts'

interface Schema {
  pot: { id: number; amount: number }
}

let database: TestDatabase
let db: Db<Schema>
beforeAll(async () => {
  database = await emptyDatabase()
  db = createDatabase<Schema>(database.url, { max: 6 })
  await sql`create table pot (id integer primary key, amount bigint constraint pot_not_negative check (amount >= 0))`.execute(
    db,
  )
})
afterAll(async () => {
  await db.destroy()
  await database.stop()
})
beforeEach(async () => {
  await sql`truncate pot`.execute(db)
  await db
    .insertInto('pot')
    .values([
      { id: 1, amount: 100 },
      { id: 2, amount: 100 },
    ])
    .execute()
})

const amounts = async () =>
  (await db.selectFrom('pot').select('amount').orderBy('id').execute()).map((row) => row.amount)
const add = (tx: Tx<Schema>, id: number, amount: number) =>
  tx
    .updateTable('pot')
    .set((row) => ({ amount: row('amount', '+', amount) }))
    .where('id', '=', id)
    .execute()

/** Two parties that each wait until both have come this far; later tries pass at once. */
function meeting(): () => Promise<void> {
  let waiting = 2
  let open: () => void = () => undefined
  const both = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    waiting -= 1
    if (waiting === 0) open()
    return both
  }
}

describe('inTransaction', () => {
  it('keeps all or nothing', async () => {
    const failing = inTransaction(db, async (tx) => {
      await add(tx, 1, 50)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await amounts()).toEqual([100, 100])
    const done = await inTransaction(db, async (tx) => {
      await add(tx, 1, 50)
      return 'done'
    })
    expect(done).toBe('done')
    expect(await amounts()).toEqual([150, 100])
  })

  const crossing = (run: typeof inTransaction) => {
    const meet = meeting()
    const move = (from: number, to: number) =>
      run(db, async (tx) => {
        await add(tx, from, -10)
        await meet()
        await add(tx, to, 10)
      })
    return Promise.allSettled([move(1, 2), move(2, 1)])
  }

  it('control: two transactions that lock crosswise deadlock, and one fails', async () => {
    const outcomes = await crossing((database, work) => database.transaction().execute(work))
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(refused?.reason).toMatchObject({ code: '40P01' })
  })

  it('runs the victim of a deadlock again, so that both succeed', async () => {
    expect((await crossing(inTransaction)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(await amounts()).toEqual([100, 100])
  })

  it('tries three times at most, and only what can succeed the next time', async () => {
    let tries = 0
    const unlucky = inTransaction(db, async (tx) => {
      tries += 1
      await sql`do $$ begin raise exception 'unlucky' using errcode = '40001'; end $$`.execute(tx)
    })
    await expect(unlucky).rejects.toMatchObject({ code: '40001' })
    expect(tries).toBe(3)
    tries = 0
    const wrong = inTransaction(db, async (tx) => {
      tries += 1
      await add(tx, 1, -101)
    })
    await expect(wrong).rejects.toMatchObject({ constraint: 'pot_not_negative' })
    expect(tries).toBe(1)
  })
})

describe('violatedConstraint', () => {
  it('names the broken constraint, and nothing for other errors', async () => {
    const broken = await inTransaction(db, (tx) => add(tx, 1, -101)).catch((error: unknown) => error)
    expect(violatedConstraint(broken)).toBe('pot_not_negative')
    const twice = await db
      .insertInto('pot')
      .values({ id: 1, amount: 1 })
      .execute()
      .catch((error: unknown) => error)
    expect(violatedConstraint(twice)).toBe('pot_pkey')
    const syntax = await sql`selec 1`.execute(db).catch((error: unknown) => error)
    expect(violatedConstraint(syntax)).toBeUndefined()
    expect(violatedConstraint(new Error('pot_pkey'))).toBeUndefined()
  })
})

describe('createDatabase', () => {
  it('reads bigint as a number, and is loud beyond what a number can hold', async () => {
    const read = (text: string) => sql<{ value: number }>`select ${text}::bigint as value`.execute(db)
    expect((await read('9007199254740991')).rows[0]?.value).toBe(9_007_199_254_740_991)
    await expect(read('9007199254740993')).rejects.toThrow(RangeError)
  })

  it('speaks UTC, and bounds statements, locks and idle transactions', async () => {
    const show = async (name: string) =>
      (await sql<{ value: string }>`select current_setting(${name}) as value`.execute(db)).rows[0]?.value
    expect(await show('timezone')).toBe('UTC')
    for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
      expect(await show(name)).not.toBe('0')
    }
  })
})
