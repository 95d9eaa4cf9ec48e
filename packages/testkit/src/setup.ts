import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@guichet/embedded-postgres'
import { freePort } from './free-ports.ts'

/** How the test workers find the server of this run. */
export const POSTGRES_URL = 'GUICHET_TEST_POSTGRES_URL'

/**
 * Starts one PostgreSQL for the whole run, without durability (no test here is about a crash; those start their own).
 * Every project has this set-up; the first to come starts the server.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[POSTGRES_URL]) return
  const folder = await mkdtemp(join(tmpdir(), 'guichet-test-'))
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    port: await freePort(),
    settings: { max_connections: '300' },
  })
  process.env[POSTGRES_URL] = postgres.superuserUrl
  return async () => {
    delete process.env[POSTGRES_URL]
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
