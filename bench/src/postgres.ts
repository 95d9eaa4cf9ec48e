import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '@guichet/embedded-postgres'
import pg from 'pg'

export interface Server {
  postgres: Postgres
  /** Superuser in the database `bench`; for the harness, never for a contender. */
  client: pg.Client
}

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_sync_method', 'shared_buffers']

/** A PostgreSQL of our own that loses nothing on a power cut, with the databases of all contenders. */
export async function startServer(dataDir: string): Promise<Server> {
  const postgres = await startPostgres({
    dataDir,
    durable: true,
    settings: {
      max_connections: '300',
      shared_buffers: '256MB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      wal_level: 'replica',
      // For `relay`, which counts from the commit. Eight bytes for each transaction, for every contender.
      track_commit_timestamp: 'on',
      shared_preload_libraries: 'pg_stat_statements',
    },
  })
  try {
    const client = new pg.Client({ connectionString: postgres.superuserUrl })
    await client.connect()
    for (const name of ['bench', 'tickets', 'bus']) await client.query(`create database ${name}`)
    await client.end()
    const bench = new pg.Client({ connectionString: postgres.url('bench') })
    await bench.connect()
    await bench.query('create extension pg_stat_statements')
    await bench.query(readSql('schema.sql'))
    return { postgres, client: bench }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

export function readSql(name: string): string {
  return readFileSync(sqlFile(name), 'utf8')
}

export function sqlFile(name: string): string {
  return join(import.meta.dirname, '..', 'sql', name)
}

/** What the server says about its durability. */
export async function showSettings(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from pg_settings where name = any($1) order by name',
    [SETTINGS],
  )
  const { rows: versions } = await client.query<{ server_version: string }>('show server_version')
  return {
    server_version: versions[0]?.server_version ?? '',
    ...Object.fromEntries(rows.map((row) => [row.name, row.value])),
  }
}

/** Median time of an 8 kB write with fdatasync on the disk of the data, over half a second, in microseconds. */
export function timeSync(folder: string): number {
  const file = join(folder, 'sync-test')
  const descriptor = openSync(file, 'w')
  const page = Buffer.alloc(8_192, 1)
  const times: number[] = []
  writeSync(descriptor, Buffer.alloc(1 << 20), 0, 1 << 20, 0)
  fdatasyncSync(descriptor)
  for (const end = performance.now() + 500; performance.now() < end; ) {
    const start = performance.now()
    writeSync(descriptor, page, 0, page.length, 0)
    fdatasyncSync(descriptor)
    times.push(performance.now() - start)
  }
  closeSync(descriptor)
  rmSync(file)
  times.sort((a, b) => a - b)
  return Math.round((times[times.length >> 1] ?? 0) * 1_000)
}
