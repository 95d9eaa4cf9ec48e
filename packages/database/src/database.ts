import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'

export { sql } from 'kysely'

/** A service's database outside a transaction. */
export type Db<Schema> = Kysely<Schema>
/** One open transaction. Functions that must be atomic take this, so that they do not compile without one. */
export type Tx<Schema> = Transaction<Schema>

// bigint (20) as number: our counters and money stay below 2^53; a larger one is a fault and must be loud.
pg.types.setTypeParser(20, (text) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is not a safe integer`)
  return value
})
// date (1082) as it is written: a day is no instant, and has no time zone.
pg.types.setTypeParser(1082, (text) => text)

export interface DatabaseOptions {
  /** Connections at most. */
  max?: number
  /** How long a request waits for a connection before it fails, in milliseconds. */
  acquireTimeoutMs?: number
  onError?: (error: Error) => void
}

/** A pool of connections, for what {@link createDatabase} cannot say. */
export type Pool = pg.Pool
export type PoolClient = pg.PoolClient

const SESSION = {
  statement_timeout: '15000',
  lock_timeout: '5000',
  idle_in_transaction_session_timeout: '20000',
  timezone: 'UTC',
}

/**
 * Connections on which every session has a time limit for statements, locks and idle transactions, so that one stuck
 * client cannot hold the others up. With `pipeline`, statements of one connection are sent without waiting for the answers
 * of those before. `settings` are for these sessions alone.
 */
export function createPool(
  url: string,
  options: DatabaseOptions & { pipeline?: boolean; settings?: Record<string, string> } = {},
): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 8,
    pipeline: options.pipeline ?? false,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    // A server that is gone without a word (a cut cable, a frozen host) is noticed in 20 s, not in hours.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Later than the server's own limits. Only here, because only a pipelined connection ends when it is over.
    ...(options.pipeline ? { query_timeout: 20_000 } : {}),
    options: Object.entries({ ...SESSION, ...options.settings })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  })
  // A connection that dies (server restart) must not take the process with it; the pool opens a new one. Listened to
  // on each connection, because the pool does not listen to those in use: between two statements of a transaction.
  pool.on('connect', (client) => client.on('error', (error) => options.onError?.(error)))
  pool.on('error', () => {})
  return pool
}

export function createDatabase<Schema>(url: string, options: DatabaseOptions = {}): Db<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: createPool(url, options) }) })
}

/** What PostgreSQL reads in an array without quotes: ids, numbers, instants, most addresses. Not `null`. */
const PLAIN = /^(?!null$)[\w.@:+-]+$/i

/** PostgreSQL's text for an array of scalars; much cheaper than the driver's way for thousands of elements. */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  const parts = new Array<string | number>(values.length)
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as string | number | null
    if (value === null) parts[index] = 'NULL'
    else if (typeof value === 'number' || PLAIN.test(value)) parts[index] = value
    else parts[index] = `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`
  }
  return `{${parts.join(',')}}`
}

/** The code of an error that PostgreSQL answered with (`23505`), or undefined when the error is another. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}

const RETRYABLE = new Set(['40001', '40P01'])

function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE.has(String(error.code))
}

/** Runs `work` in one transaction; repeats it at most three times after a serialization failure or a deadlock. */
export async function inTransaction<Schema, T>(db: Db<Schema>, work: (tx: Tx<Schema>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt >= 3 || !isRetryable(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt))
    }
  }
}

/** The name of the constraint that a statement broke, or undefined when the error is another. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.code?.startsWith('23') ? error.constraint : undefined
}

interface Migration {
  number: number
  name: string
  sql: string
  digest: string
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8')
      const match = /^(\d{6})-[a-z0-9-]+\.sql$/.exec(name)
      if (!match) throw new Error(`Migration ${name}: the name must be like 000001-init.sql`)
      return { number: Number(match[1]), name, sql: text, digest: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

const MIGRATION_LOCK = 7_146_902_114

/**
 * Applies the numbered `.sql` files that the database has not seen, each in its own transaction, under an advisory
 * lock, so that two replicas that start at once apply each file once.
 * @returns the names applied now.
 * @throws when an applied file was edited since, or the database is newer than the files.
 */
export async function migrate(url: string, directory: string): Promise<string[]> {
  const migrations = await readMigrations(directory)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const applied: string[] = []
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query(
      'create table if not exists migration (number integer primary key, name text not null, digest text not null, applied_at timestamptz not null default now())',
    )
    const seen = await client.query<{ number: number; name: string; digest: string }>(
      'select number, name, digest from migration',
    )
    const byNumber = new Map(seen.rows.map((row) => [row.number, row]))
    assertKnown(migrations, seen.rows)
    for (const migration of migrations) {
      if (byNumber.has(migration.number)) continue
      await client.query('begin')
      try {
        await client.query('insert into migration (number, name, digest) values ($1, $2, $3)', [
          migration.number,
          migration.name,
          migration.digest,
        ])
        await client.query(migration.sql)
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw new Error(`Migration ${migration.name} failed`, { cause: error })
      }
      applied.push(migration.name)
    }
  } finally {
    await client.end()
  }
  return applied
}

function assertKnown(migrations: Migration[], applied: { number: number; name: string; digest: string }[]): void {
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  for (const row of applied) {
    const migration = known.get(row.number)
    if (!migration) throw new Error(`The database is newer than this program: it has migration ${row.name}`)
    if (migration.digest !== row.digest) throw new Error(`Migration ${row.name} was edited after it was applied`)
  }
}

/** Fails unless every migration in `directory` is applied: a service never starts on a half-migrated database. */
export async function assertMigrated<Schema>(db: Db<Schema>, directory: string): Promise<void> {
  const migrations = await readMigrations(directory)
  const anyDb = db as unknown as Kysely<{ migration: { number: number; name: string; digest: string } }>
  const applied = await anyDb
    .selectFrom('migration')
    .select(['number', 'name', 'digest'])
    .execute()
    .catch((error: unknown) => {
      throw new Error('The database is not migrated: run "main.ts migrate" first', { cause: error })
    })
  assertKnown(migrations, applied)
  const seen = new Set(applied.map((row) => row.number))
  const missing = migrations.filter((migration) => !seen.has(migration.number)).map((migration) => migration.name)
  if (missing.length > 0) throw new Error(`The database lacks ${missing.join(', ')}: run "main.ts migrate" first`)
}
