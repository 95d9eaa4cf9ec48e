import { type ChildProcess, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type Children, firstMessage, forkChild, SERVICE_FLAGS } from './children.ts'
import type { Server } from './postgres.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MAIN = join(ROOT, 'services', 'tickets', 'src', 'main.ts')
const PAYMENTS = join(ROOT, 'sandbox', 'src', 'payments', 'main.ts')
const LEASH = `--import=${join(import.meta.dirname, 'end-with-parent.ts')}`

export interface Process {
  url: string
  pid: number
}

export interface Tickets extends Process {
  database: string
  /** To the service's own database, for the harness. */
  client: pg.Client
  /** Where a payment sends its buyer back to. */
  publicUrl: string
  /** Another process of the service on the same database. */
  startTwin(): Promise<Process>
  /** The service's engine without its HTTP, in a process that feeds it (see servers/engine.ts). */
  startEngine(): Promise<ChildProcess>
  /** The payment provider of which the service already knows the address. */
  startPayments(): Promise<Process>
  stop(): Promise<void>
}

/**
 * The real service as its own process, on its own migrated database.
 * @param folder for what else has to be written.
 */
export async function startTickets(
  server: Server,
  children: Children,
  { database, folder, busUrl }: { database: string; folder: string; busUrl?: string | undefined },
): Promise<Tickets> {
  const databaseUrl = server.postgres.url(database)
  const nowhere = 'http://127.0.0.1:9'
  const secret = () => randomBytes(32).toString('base64url')
  const paymentsPort = await freePort()
  const paymentsUrl = `http://127.0.0.1:${paymentsPort}`
  const env = {
    PATH: process.env.PATH,
    TICKETS_HOST: '127.0.0.1',
    TICKETS_DATABASE_URL: databaseUrl,
    TICKETS_BUS_URL: busUrl ?? server.postgres.url('bus'),
    TICKETS_PUBLIC_URL: nowhere,
    TICKETS_ACCOUNTS_URL: nowhere,
    TICKETS_EVENTS_URL: nowhere,
    TICKETS_SIMULATED_URL: paymentsUrl,
    TICKETS_CLIENT_SECRET: secret(),
    TICKETS_ORDER_SECRET: secret(),
    TICKETS_SIGNING_SECRET: secret(),
    TICKETS_SEALING_SECRET: secret(),
    TICKETS_SIMULATED_API_KEY: secret(),
    TICKETS_SIMULATED_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    TICKETS_HOLD_SECONDS: '3600',
    // All load comes from one address.
    TICKETS_HOLDS_PER_ADDRESS: '0',
    TICKETS_LOG_LEVEL: 'fatal',
  }
  const migrated = spawnSync(process.execPath, [MAIN, 'migrate'], { env, encoding: 'utf8' })
  if (migrated.status !== 0) throw new Error(`tickets does not migrate: ${migrated.stderr}`)
  const start = async (file: string, url: string, more: NodeJS.ProcessEnv, path = '/health/ready') => {
    const child = forkChild(children, file, { env: more, node: [...SERVICE_FLAGS, LEASH] })
    await untilReady(url + path, () => child.exitCode !== null)
    return { url, pid: child.pid ?? 0 }
  }
  const startService = async () => {
    const port = await freePort()
    return start(MAIN, `http://127.0.0.1:${port}`, { ...env, TICKETS_PORT: String(port) })
  }
  const first = await startService()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  return {
    ...first,
    database,
    client,
    publicUrl: nowhere,
    startTwin: startService,
    async startEngine() {
      const child = forkChild(children, join(import.meta.dirname, 'servers', 'engine.ts'), { env, node: SERVICE_FLAGS })
      await firstMessage(child)
      return child
    },
    startPayments: () =>
      start(
        PAYMENTS,
        paymentsUrl,
        {
          PATH: process.env.PATH,
          PAYMENTS_PORT: String(paymentsPort),
          PAYMENTS_JOURNAL: join(folder, 'payments'),
          PAYMENTS_API_KEY: env.TICKETS_SIMULATED_API_KEY,
          PAYMENTS_WEBHOOK_SECRET: env.TICKETS_SIMULATED_WEBHOOK_SECRET,
          PAYMENTS_PUBLIC_URL: paymentsUrl,
          SANDBOX_CONTROL: '1',
          SANDBOX_LOG_LEVEL: 'error',
        },
        '/health/live',
      ),
    stop: () => client.end(),
  }
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end && !hasEnded(); await wait(50)) {
    const ready = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (ready?.ok) return
  }
  throw new Error(`${url} did not answer within a minute`)
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
