import { createDatabase, type Db, inTransaction, sql } from '@guichet/database'
import { emptyDatabase, eventually, newUserId, type TestDatabase } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenCutoffs, type TokenCutoffTable, toId } from '../src/server.ts'

let database: TestDatabase
let db: Db<TokenCutoffTable>
beforeAll(async () => {
  database = await emptyDatabase()
  db = createDatabase<TokenCutoffTable>(database.url, { max: 4 })
  await sql`create table token_cutoff (user_id uuid primary key, issued_before timestamptz not null)`.execute(db)
})
afterAll(async () => {
  await db.destroy()
  await database.stop()
})

const NOW = Date.now()
const at = (ms: number) => new Date(NOW + ms)
type Cutoffs = ReturnType<typeof createTokenCutoffs<TokenCutoffTable>>
const revoke = (cutoffs: Cutoffs, userId: string, before: Date) =>
  inTransaction(db, async (tx) => {
    const data = { userId, issuedBefore: before.toISOString() }
    await cutoffs.handlers['accounts.sessions-revoked.v1']?.(tx, { data })
  })

describe('createTokenCutoffs', () => {
  it('cuts off what was issued before, to the millisecond, for that user alone', async () => {
    const cutoffs = createTokenCutoffs(db)
    const userId = newUserId()
    expect(cutoffs.isStale(userId, at(-5_000))).toBe(false)
    await revoke(cutoffs, userId, at(0))
    expect([at(-1), at(0), at(1)].map((time) => cutoffs.isStale(userId, time))).toEqual([true, false, false])
    expect(cutoffs.isStale(newUserId(), at(-5_000))).toBe(false)
    expect(cutoffs.isStale('nobody', at(-5_000))).toBe(false)
  })

  it('listens to changes of role as to the end of sessions', async () => {
    const cutoffs = createTokenCutoffs(db)
    const userId = newUserId()
    await inTransaction(db, async (tx) => {
      const data = { userId, organizerId: 'org_x', role: null, changedAt: at(0).toISOString() }
      await cutoffs.handlers['accounts.membership-changed.v1']?.(tx, { data })
    })
    expect(cutoffs.isStale(userId, at(-1))).toBe(true)
  })

  it('never goes back when an older message comes late', async () => {
    const cutoffs = createTokenCutoffs(db)
    const userId = newUserId()
    await revoke(cutoffs, userId, at(0))
    await revoke(cutoffs, userId, at(-10_000))
    expect(cutoffs.isStale(userId, at(-1))).toBe(true)
    const restarted = createTokenCutoffs(db)
    await restarted.start()
    expect(restarted.isStale(userId, at(-1))).toBe(true)
    restarted.stop()
  })

  it('reaches the other processes of the service within seconds', async () => {
    const here = createTokenCutoffs(db)
    const there = createTokenCutoffs(db)
    await there.start()
    const userId = newUserId()
    await revoke(here, userId, at(0))
    await eventually(() => there.isStale(userId, at(-1)))
    there.stop()
  })

  it('forgets what has said nothing for a day when a process starts', async () => {
    const cutoffs = createTokenCutoffs(db)
    const [old, young] = [newUserId(), newUserId()]
    await revoke(cutoffs, old, at(-25 * 3_600_000))
    await revoke(cutoffs, young, at(-23 * 3_600_000))
    await cutoffs.start()
    cutoffs.stop()
    const rows = await db.selectFrom('token_cutoff').select('user_id').execute()
    const left = rows.map(({ user_id }) => toId('usr', user_id))
    expect(left).toContain(young)
    expect(left).not.toContain(old)
  })

  it('refuses a message that names no user or no time, so that it becomes a dead letter and is seen', async () => {
    const cutoffs = createTokenCutoffs(db)
    await expect(revoke(cutoffs, 'root', at(0))).rejects.toThrow('needs a user id and a time')
    const handle = cutoffs.handlers['accounts.membership-changed.v1']
    const timeless = inTransaction(db, async (tx) => handle?.(tx, { data: { userId: newUserId() } }))
    await expect(timeless).rejects.toThrow('needs a user id and a time')
  })
})
