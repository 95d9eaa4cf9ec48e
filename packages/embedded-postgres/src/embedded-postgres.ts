import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { type Account, chooseAccount, type Reach, reach } from './account.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, readSuperuserPassword } from './cluster.ts'
import { findPostmaster, isAlive } from './postmaster.ts'
import { explainFailure, PostgresStartError } from './start-error.ts'

export { createDatabaseWithRole } from './databases.ts'
export { PostgresStartError } from './start-error.ts'

export type PostgresOptions = {
  /** Folder for the cluster and its superuser password; made if it is missing. Any path will do. */
  dataDir: string
  /** Default: a free one. An adopted server keeps the port that it has. */
  port?: number
  /** Folder of a Unix socket; default none (loopback TCP only). */
  socketDir?: string
  /** False trades safety on power loss for speed: tests only. */
  durable: boolean
  /** More server settings, e.g. `{ max_connections: '200' }`. */
  settings?: Record<string, string>
  /** Receives the server's log, line by line. */
  log?: (line: string) => void
}

export type Postgres = {
  /** Connection URL for a role, by default the superuser. */
  url(database: string, role?: { role: string; password: string }): string
  superuserUrl: string
  port: number
  pid: number
  /** True when a server left running by a killed supervisor was taken over. */
  adopted: boolean
  /** Resolves when the server has ended, whoever ended it. */
  ended: Promise<void>
  /** Stops in PostgreSQL's fast mode: open transactions roll back, everything committed is on disk. Default 8000 ms. */
  stop(patienceMilliseconds?: number): Promise<void>
}

/** Starts a real PostgreSQL, or takes over the one already running on this folder. Rejects with PostgresStartError. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const cluster = join(dataDir, 'cluster')

  const left = findPostmaster(cluster)
  if (left) {
    const password = readSuperuserPassword(dataDir)
    await untilReady(urlOf(left.port, 'postgres', password), () => !isAlive(left.pid))
    return handle(left.pid, left.port, password, true, untilGone(left.pid))
  }

  const account = chooseAccount(dataDir)
  const binaries = findBinaries(account)
  const place = reach(dataDir, account)
  try {
    const password = await ensureCluster({ dataDir, place, account, initdb: binaries.initdb, durable: options.durable })
    const port = options.port ?? (await freePort())
    const child = spawnServer(binaries.postgres, place, account, options, port)
    let output = ''
    const take = (chunk: Buffer) => {
      output = (output + chunk).slice(-8192)
      if (options.log) for (const line of String(chunk).trimEnd().split('\n')) options.log(line)
    }
    child.stderr?.on('data', take)
    child.stdout?.on('data', take)
    const ended = new Promise<void>((done) => {
      child.once('exit', () => done())
      child.once('error', (error) => {
        output += error.message
        done()
      })
    })
    let hasEnded = false
    void ended.then(() => {
      hasEnded = true
    })
    await untilReady(urlOf(port, 'postgres', password), () => hasEnded).catch((error: unknown) => {
      child.kill('SIGQUIT')
      throw output ? explainFailure('PostgreSQL', output) : error
    })
    return handle(child.pid ?? 0, port, password, false, ended)
  } finally {
    place.release()
  }
}

function spawnServer(
  postgres: string,
  place: Reach,
  account: Account,
  options: PostgresOptions,
  port: number,
): ChildProcess {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: options.socketDir ?? '',
    port: String(port),
    max_connections: '120',
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    // Three more processes for asynchronous reads buy nothing at this size.
    io_method: 'sync',
    max_worker_processes: '4',
    autovacuum_max_workers: '2',
    autovacuum_worker_slots: '2',
    max_logical_replication_workers: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    password_encryption: 'scram-sha-256',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
  const args = [
    '-D',
    `${place.base}/cluster`,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  return spawn(postgres, args, {
    ...account,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    // A group of its own: Ctrl-C in the terminal must reach the supervisor first, the database last.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(place.descriptor === undefined ? [] : [place.descriptor])],
  })
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000 // crash recovery may take its time
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch (error) {
      if (hasEnded()) throw new PostgresStartError('failed', 'PostgreSQL ended before it was ready.')
      const { code } = error as { code?: string }
      if (code === '28P01') throw new PostgresStartError('failed', 'Another PostgreSQL answers on the port of ours.')
      if (Date.now() > deadline)
        throw new PostgresStartError('failed', `PostgreSQL was not ready in a minute (${code}).`)
      await wait(25)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function handle(pid: number, port: number, password: string, adopted: boolean, ended: Promise<void>): Postgres {
  return {
    url: (database, role) => urlOf(port, database, role?.password ?? password, role?.role),
    superuserUrl: urlOf(port, 'postgres', password),
    port,
    pid,
    adopted,
    ended,
    async stop(patience = 8000) {
      if (!isAlive(pid)) return
      process.kill(pid, 'SIGINT')
      const slow = new AbortController()
      await Promise.race([ended, wait(patience, undefined, { signal: slow.signal }).catch(() => {})])
      slow.abort()
      if (isAlive(pid)) {
        process.kill(pid, 'SIGQUIT') // still safe: the next start replays the log
        await ended
      }
    },
  }
}

function urlOf(port: number, database: string, password: string, role = 'postgres'): string {
  return `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await wait(100, undefined, { ref: false })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
