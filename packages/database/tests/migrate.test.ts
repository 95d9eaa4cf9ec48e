import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyDatabase, type TestDatabase } from '@guichet/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertMigrated, createDatabase, type Db, migrate, sql } from '../src/database.ts'

let database: TestDatabase
let folder: string
let db: Db<object>

beforeEach(async () => {
  database = await emptyDatabase()
  folder = await mkdtemp(join(tmpdir(), 'guichet migrations '))
  db = createDatabase<object>(database.url, { max: 2 })
  await file('000001-things.sql', 'create table thing (id integer primary key);')
  await file('000002-more.sql', 'alter table thing add column name text; insert into thing values (1, null);')
})
afterEach(async () => {
  await db.destroy()
  await database.stop()
  await rm(folder, { recursive: true })
})

const file = (name: string, text: string) => writeFile(join(folder, name), text)
const things = async () => (await sql`select * from thing order by id`.execute(db)).rows

describe('migrate', () => {
  it('applies the files in order, once', async () => {
    expect(await migrate(database.url, folder)).toEqual(['000001-things.sql', '000002-more.sql'])
    expect(await migrate(database.url, folder)).toEqual([])
    await file('000003-again.sql', 'insert into thing values (2, null);')
    expect(await migrate(database.url, folder)).toEqual(['000003-again.sql'])
    expect(await things()).toEqual([
      { id: 1, name: null },
      { id: 2, name: null },
    ])
  })

  it('applies each file once, however many processes start at once', async () => {
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, folder)))
    expect(applied.flat().toSorted()).toEqual(['000001-things.sql', '000002-more.sql'])
    expect(await things()).toHaveLength(1)
  })

  it('leaves nothing of a file that fails, and goes on from there once it is mended', async () => {
    await file('000003-broken.sql', 'insert into thing values (3, null); select nonsense;')
    await expect(migrate(database.url, folder)).rejects.toThrow('Migration 000003-broken.sql failed')
    expect(await things()).toHaveLength(1)
    await file('000003-broken.sql', 'insert into thing values (3, null);')
    expect(await migrate(database.url, folder)).toEqual(['000003-broken.sql'])
  })

  it('refuses a file that was edited after it was applied', async () => {
    await migrate(database.url, folder)
    await file('000001-things.sql', 'create table other (id integer);')
    await expect(migrate(database.url, folder)).rejects.toThrow('Migration 000001-things.sql was edited')
  })

  it('refuses a database that is newer than the program, and names that are none', async () => {
    await file('000003-new.sql', 'select 1;')
    await migrate(database.url, folder)
    await rm(join(folder, '000003-new.sql'))
    await expect(migrate(database.url, folder)).rejects.toThrow(
      'newer than this program: it has migration 000003-new.sql',
    )
    await file('3-new.sql', 'select 1;')
    await expect(migrate(database.url, folder)).rejects.toThrow('the name must be like 000001-init.sql')
  })
})

describe('assertMigrated', () => {
  it('lets a service start on a database that has every file, and on no other', async () => {
    await expect(assertMigrated(db, folder)).rejects.toThrow('The database is not migrated')
    await migrate(database.url, folder)
    await expect(assertMigrated(db, folder)).resolves.toBeUndefined()
    await file('000003-later.sql', 'select 1;')
    await expect(assertMigrated(db, folder)).rejects.toThrow('The database lacks 000003-later.sql')
    await file('000001-things.sql', 'select 2;')
    await expect(assertMigrated(db, folder)).rejects.toThrow('was edited')
  })
})
