import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@guichet/database'
import pg from 'pg'
import { outboxFaults } from './outbox-faults.ts'
import { POSTGRES_URL } from './setup.ts'

export interface TestDatabase {
  url: string
  stop(): Promise<void>
}

const MIGRATIONS = new URL('../../../services/', import.meta.url)
const TEMPLATE_LOCK = 5_531_770

function superuserUrl(): string {
  const url = process.env[POSTGRES_URL]
  if (!url) throw new Error('No PostgreSQL for this run: the project lacks the globalSetup of @guichet/testkit')
  return url
}

function databaseUrl(name: string): string {
  const url = new URL(superuserUrl())
  url.pathname = `/${name}`
  return url.href
}

async function withServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: superuserUrl() })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The migrated template of a service, made once per run and migration text. */
async function ensureTemplate(client: pg.Client, service: string): Promise<string> {
  const directory = fileURLToPath(new URL(`${service}/migrations/`, MIGRATIONS))
  const digest = createHash('sha256')
  for (const name of (await readdir(directory)).sort()) digest.update(await readFile(join(directory, name)))
  const template = `template_${service}_${digest.digest('hex').slice(0, 12)}`
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [template])
    if (found.rowCount === 0) {
      const draft = `${template}_draft`
      await client.query(`drop database if exists ${draft} with (force)`)
      await client.query(`create database ${draft}`)
      await migrate(databaseUrl(draft), directory)
      await client.query(`alter database ${draft} rename to ${template}`)
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
  return template
}

/** A fresh database of a service, cloned from its migrated template; about 100 ms. */
export async function testDatabase(
  service: 'accounts' | 'events' | 'tickets' | 'notifications',
): Promise<TestDatabase> {
  const name = `test_${service}_${randomBytes(6).toString('hex')}`
  await withServer(async (client) => {
    const template = await ensureTemplate(client, service)
    await client.query(`create database ${name} template ${template}`)
  })
  const url = databaseUrl(name)
  return {
    url,
    async stop() {
      const faults = await outboxFaults(url, service)
      await withServer((client) => client.query(`drop database ${name} with (force)`))
      if (faults.length > 0) throw new Error(`${service} announced what breaks its contract:\n${faults.join('\n')}`)
    },
  }
}

/** A fresh database with nothing in it, for tests of mechanisms. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const name = `test_empty_${randomBytes(6).toString('hex')}`
  await withServer((client) => client.query(`create database ${name}`))
  return {
    url: databaseUrl(name),
    stop: () => withServer(async (client) => void (await client.query(`drop database ${name} with (force)`))),
  }
}
