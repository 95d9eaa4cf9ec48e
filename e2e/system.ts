import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '@guichet/embedded-postgres'
import { eventually } from '@guichet/testkit'
import { projectRoot } from '../cli/src/paths.ts'
import { mintAdminLink } from '../cli/src/start/admin-link.ts'
import { ensureDatabases } from '../cli/src/start/database.ts'
import { migrateAll } from '../cli/src/start/migrate.ts'
import { choosePorts } from '../cli/src/start/ports.ts'
import { type ProcessPlan, planProcesses, type ServiceName } from '../cli/src/start/processes.ts'
import { ensureSecrets, type Secrets } from '../cli/src/start/secrets.ts'
import { describeSurroundings } from '../cli/src/start/surroundings.ts'
import { ensureWebBuilt } from '../cli/src/start/web-build.ts'

export type ProcessName = ServiceName | 'web' | 'payments' | 'inbox' | 'sms'

/** A whole Guichet, process for process as `./guichet start` runs it, but nobody brings back what a test kills. */
export interface System {
  publicUrl: string
  secrets: Secrets
  postgres: Postgres
  /** Where a process answers on loopback, behind the public origin. */
  url(name: ProcessName): string
  databaseUrl(service: ServiceName): string
  pid(name: ProcessName): number
  kill9(name: ProcessName): Promise<void>
  start(name: ProcessName): Promise<void>
  /** What a process has logged so far. */
  log(name: ProcessName): string
  /** What a part of the outside world wrote down: one JSON document a line, beside whatever else we believe. */
  journal(name: 'payments' | 'inbox' | 'sms'): Record<string, unknown>[]
  adminLink(): Promise<string>
  stop(): Promise<void>
}

export interface SystemOptions {
  /** An `amqp://` address in place of the embedded bus. */
  busUrl?: string
  /** More environment for a process. */
  env?: Partial<Record<ProcessName, Record<string, string>>>
}

/** Nine processes at once on a machine that does much else beside. */
const STARTED_WITHIN_MS = 150_000

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'guichet-e2e-'))
  const logs = join(folder, 'logs')
  mkdirSync(logs)
  const built = ensureWebBuilt(projectRoot)
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true })
  const secrets = ensureSecrets(folder)
  await ensureDatabases(postgres, secrets)
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const around = describeSurroundings({
    host: '127.0.0.1',
    port,
    publicUrl,
    localUrl: `http://127.0.0.1:${port}`,
    folder,
    ports: await choosePorts(folder),
    secrets,
    postgresPort: postgres.port,
  })
  const { databaseUrl } = around
  const plans = planProcesses({ ...around, busUrl: options.busUrl ?? around.busUrl })
  for (const plan of plans) Object.assign(plan.env, options.env?.[plan.name as ProcessName])
  await migrateAll(plans, projectRoot, new AbortController().signal)
  await built

  const children = new Map<string, ChildProcess>()
  const planOf = (name: ProcessName) => {
    const plan = plans.find((candidate) => candidate.name === name)
    if (!plan) throw new Error(`No process is called ${name}`)
    return plan
  }
  const start = async (name: ProcessName) => {
    const plan = planOf(name)
    children.set(name, spawnPlan(plan, join(logs, `${name}.log`)))
    await eventually(async () => (await fetch(plan.health)).ok, STARTED_WITHIN_MS)
  }
  const end = async (name: string, signal: NodeJS.Signals) => {
    const child = children.get(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const log = (name: ProcessName) => readFileSync(join(logs, `${name}.log`), 'utf8')
  const stop = async () => {
    await Promise.all([...children.keys()].map((name) => end(name, 'SIGTERM')))
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await Promise.all(plans.map((plan) => start(plan.name as ProcessName)))
  } catch (error) {
    const said = plans.map((plan) => `--- ${plan.name}\n${log(plan.name as ProcessName).slice(-1_500)}`).join('\n')
    await stop()
    throw new Error(`The system does not start\n${said}`, { cause: error })
  }
  return {
    publicUrl,
    secrets,
    postgres,
    url: (name) => `http://127.0.0.1:${planOf(name).port}`,
    databaseUrl,
    pid: (name) => children.get(name)?.pid ?? 0,
    kill9: (name) => end(name, 'SIGKILL'),
    start,
    log,
    journal: (name) =>
      readFileSync(join(folder, 'sandbox', name, 'journal.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    adminLink: () => mintAdminLink(plans, projectRoot),
    stop,
  }
}

function spawnPlan(plan: ProcessPlan, logFile: string): ChildProcess {
  const child = spawn(process.execPath, [`--max-old-space-size=${plan.heapMegabytes}`, ...plan.command], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...plan.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk))
  return child
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
