import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDatabaseWithRole, type Postgres, startPostgres } from '../src/embedded-postgres.ts'
import { isAlive } from '../src/postmaster.ts'

let folder: string
let started: Postgres[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guichet pg '))
  started = []
})
afterEach(async () => {
  for (const postgres of started) await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function begin(dataDir = join(folder, 'data'), durable = true): Promise<Postgres> {
  const postgres = await startPostgres({ dataDir, durable })
  started.push(postgres)
  return postgres
}

async function ask<T>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows as T[]
  } finally {
    await client.end()
  }
}

async function kill9(postgres: Postgres): Promise<void> {
  process.kill(postgres.pid, 'SIGKILL')
  await postgres.ended
}

describe('a cluster', () => {
  test('is UTF-8 with the builtin provider, has checksums, wants a password and listens on loopback only', async () => {
    const postgres = await begin()
    const [database] = await ask(
      postgres.superuserUrl,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale,
        current_setting('data_checksums') as checksums, current_setting('listen_addresses') as addresses,
        current_setting('fsync') as fsync
       from pg_database where datname = 'postgres'`,
    )
    expect(database).toEqual({
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      checksums: 'on',
      addresses: '127.0.0.1',
      fsync: 'on',
    })
    const wrong = postgres.url('postgres', { role: 'postgres', password: 'a guess' })
    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(statSync(join(folder, 'data', 'superuser.password')).mode & 0o777).toBe(0o600)
  })

  test('keeps its rows from one start to the next', async () => {
    const first = await begin()
    await ask(first.superuserUrl, 'create table kept as select 42 as value')
    await first.stop()
    expect(isAlive(first.pid)).toBe(false)
    const second = await begin()
    expect(await ask(second.superuserUrl, 'select value from kept')).toEqual([{ value: 42 }])
  })

  test.runIf(process.getuid?.() === 0)(
    'works for root under a 0700 folder, with the data left where they belong',
    async () => {
      const closed = join(folder, 'closed to others')
      mkdirSync(closed)
      chmodSync(closed, 0o700)
      const postgres = await begin(join(closed, 'data'))
      await ask(postgres.superuserUrl, 'create table kept as select 42 as value')
      await postgres.stop()
      expect(statSync(closed).mode & 0o777).toBe(0o700)
      expect(existsSync(join(closed, 'data', 'cluster', 'PG_VERSION'))).toBe(true)
      const again = await begin(join(closed, 'data'))
      expect(await ask(again.superuserUrl, 'select value from kept')).toEqual([{ value: 42 }])
    },
  )

  test('is made anew when the first start was cut short', async () => {
    mkdirSync(join(folder, 'data', 'cluster.new'), { recursive: true })
    writeFileSync(join(folder, 'data', 'cluster.new', 'PG_VERSION'), '18')
    const postgres = await begin()
    expect(await ask(postgres.superuserUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('after kill -9', () => {
  test('of the server, every committed row is there', async () => {
    const first = await begin()
    await ask(first.superuserUrl, 'create table kept as select generate_series(1, 1000) as value')
    await kill9(first)
    const second = await begin()
    expect(second.adopted).toBe(false)
    expect(await ask(second.superuserUrl, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
  })

  test('of the supervisor, the living server is taken over and not disturbed', async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(new URL('../src/embedded-postgres.ts', import.meta.url).href)}
      const postgres = await startPostgres({ dataDir: process.argv[1], durable: true })
      console.log(postgres.pid)
    `
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program, join(folder, 'data')])
    const pid = await new Promise<number>((done) => supervisor.stdout.once('data', (text) => done(Number(text))))
    supervisor.kill('SIGKILL')
    await new Promise((done) => supervisor.once('close', done))

    const adopted = await begin()
    expect(adopted).toMatchObject({ adopted: true, pid })
    await adopted.stop()
    expect(isAlive(pid)).toBe(false)
  })

  test('a pid file whose pid went to another program does not stop the next start', async () => {
    const first = await begin()
    await kill9(first)
    const file = join(folder, 'data', 'cluster', 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)))
    const second = await begin()
    expect(second.adopted).toBe(false)
    expect(await ask(second.superuserUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a copy of a live data folder is not mistaken for the original', async () => {
    const original = await begin()
    await ask(original.superuserUrl, 'checkpoint')
    cpSync(join(folder, 'data'), join(folder, 'copy'), { recursive: true })
    for (const path of ['', 'cluster']) chmodSync(join(folder, 'copy', path), 0o700)
    const copy = await begin(join(folder, 'copy')).catch((error: unknown) => error)
    // Torn copies may be refused; what must not happen is that the copy's owner writes into the original.
    if (!(copy instanceof Error)) expect((copy as Postgres).pid).not.toBe(original.pid)
    expect(isAlive(original.pid)).toBe(true)
  })
})

describe('a database with its role', () => {
  const events = { database: 'events', role: 'events', password: 'e'.repeat(32) }
  const tickets = { database: 'tickets', role: 'tickets', password: 't'.repeat(32) }

  test("is closed to another database's role, and so are the server's own databases", async () => {
    const postgres = await begin()
    await createDatabaseWithRole(postgres.superuserUrl, events)
    // Control: before its rights are taken away, anybody may connect to a new database.
    await ask(postgres.superuserUrl, 'create database open_to_all')
    await expect(ask(postgres.url('open_to_all', events), 'select 1 as one')).resolves.toEqual([{ one: 1 }])

    await createDatabaseWithRole(postgres.superuserUrl, tickets)
    await ask(postgres.url('tickets', tickets), 'create table orders (id int)')
    for (const database of ['tickets', 'postgres', 'template1']) {
      await expect(ask(postgres.url(database, events), 'select 1')).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('may be made again, by several at once, and takes the new password', async () => {
    const postgres = await begin()
    await Promise.all([1, 2, 3].map(() => createDatabaseWithRole(postgres.superuserUrl, events)))
    await ask(postgres.url('events', events), 'create table kept as select 1 as value')
    const renewed = { ...events, password: 'n'.repeat(32) }
    await createDatabaseWithRole(postgres.superuserUrl, renewed)
    expect(await ask(postgres.url('events', renewed), 'select value from kept')).toEqual([{ value: 1 }])
    await expect(ask(postgres.url('events', events), 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })
})
