import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '@guichet/embedded-postgres'
import { eventually } from '@guichet/testkit/eventually'
import { freePort } from '@guichet/testkit/free-ports'
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

/** A whole Guichet, as who uses it sees it. */
export interface RunningSystem {
  publicUrl: string
  /** Where a process answers on loopback, behind the public origin. */
  url(name: ProcessName): string
  /** What a process has logged so far. */
  log(name: ProcessName): string
  /** What a part of the outside world wrote down: one JSON document a line, beside whatever else we believe. */
  journal(name: 'payments' | 'inbox' | 'sms'): Record<string, unknown>[]
  adminLink(): Promise<string>
}

/** One of a test's own, process for process as `./guichet start` runs it, but nobody brings back what a test kills. */
export interface System extends RunningSystem {
  facts: SystemFacts
  secrets: Secrets
  postgres: Postgres
  databaseUrl(service: ServiceName): string
  pid(name: ProcessName): number
  kill9(name: ProcessName): Promise<void>
  start(name: ProcessName): Promise<void>
  stop(): Promise<void>
}

/** What another process must know to use a system that runs. */
export interface SystemFacts {
  publicUrl: string
  folder: string
  plans: ProcessPlan[]
}

export function useSystem({ publicUrl, folder, plans }: SystemFacts): RunningSystem {
  return {
    publicUrl,
    url: (name) => `http://127.0.0.1:${planOf(plans, name).port}`,
    log: (name) => readFileSync(logOf(folder, name), 'utf8'),
    journal: (name) =>
      readFileSync(join(folder, 'sandbox', name, 'journal.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    adminLink: () => mintAdminLink(plans, projectRoot),
  }
}

function planOf(plans: ProcessPlan[], name: ProcessName): ProcessPlan {
  const plan = plans.find((candidate) => candidate.name === name)
  if (!plan) throw new Error(`No process is called ${name}`)
  return plan
}

const logOf = (folder: string, name: ProcessName) => join(folder, 'logs', `${name}.log`)

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
  mkdirSync(join(folder, 'logs'))
  const built = ensureWebBuilt(projectRoot)
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true, port: await freePort() })
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
    ports: await choosePorts(folder, freePort),
    secrets,
    postgresPort: postgres.port,
  })
  const { databaseUrl } = around
  const plans = planProcesses({ ...around, busUrl: options.busUrl ?? around.busUrl })
  for (const plan of plans) Object.assign(plan.env, options.env?.[plan.name as ProcessName])
  await migrateAll(plans, projectRoot, new AbortController().signal)
  await built

  const children = new Map<string, ChildProcess>()
  const start = async (name: ProcessName) => {
    const plan = planOf(plans, name)
    children.set(name, spawnPlan(plan, logOf(folder, name)))
    await eventually(async () => (await fetch(plan.health)).ok, STARTED_WITHIN_MS)
  }
  const end = async (name: string, signal: NodeJS.Signals) => {
    const child = children.get(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    // One that cannot end in peace must not hold up who waits for it.
    const force = setTimeout(() => child.kill('SIGKILL'), 30_000)
    await gone
    clearTimeout(force)
  }
  const facts = { publicUrl, folder, plans }
  const running = useSystem(facts)
  // Who presses Ctrl-C ends us before anybody stops it.
  const leaveNothing = () => {
    for (const child of children.values()) child.kill('SIGKILL')
    try {
      process.kill(postgres.pid, 'SIGQUIT')
    } catch {
      // gone before us
    }
  }
  process.once('exit', leaveNothing)
  const stop = async () => {
    process.off('exit', leaveNothing)
    await Promise.all([...children.keys()].map((name) => end(name, 'SIGTERM')))
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await Promise.all(plans.map((plan) => start(plan.name as ProcessName)))
  } catch (error) {
    const said = plans
      .map((plan) => `--- ${plan.name}\n${running.log(plan.name as ProcessName).slice(-1_500)}`)
      .join('\n')
    await stop()
    throw new Error(`The system does not start\n${said}`, { cause: error })
  }
  return {
    ...running,
    facts,
    secrets,
    postgres,
    databaseUrl,
    pid: (name) => children.get(name)?.pid ?? 0,
    kill9: (name) => end(name, 'SIGKILL'),
    start,
    stop,
  }
}

function spawnPlan(plan: ProcessPlan, logFile: string): ChildProcess {
  const child = spawn(process.execPath, [`--max-old-space-size=${plan.heapMegabytes}`, ...plan.command], {
    cwd: projectRoot,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: 'production',
      ...plan.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => appendFileSync(logFile, chunk))
  return child
}
