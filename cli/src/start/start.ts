import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../paths.ts'
import { explainFileError, Refusal } from '../refusal.ts'
import { writeReport } from '../running-copy.ts'
import { mintAdminLink } from './admin-link.ts'
import { type Child, ChildFailure, keepAlive } from './children.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { ensureDatabases, type KeptPostgres, keepPostgres } from './database.ts'
import { endLeftovers } from './leftovers.ts'
import { type LogFile, openLog } from './log-file.ts'
import { migrateAll } from './migrate.ts'
import { readStartOptions, type StartOptions } from './options.ts'
import { choosePorts, requireFreePort } from './ports.ts'
import { type ProcessPlan, planProcesses, type Surroundings } from './processes.ts'
import { explainOutput, runOnce } from './run-once.ts'
import { ensureSecrets } from './secrets.ts'
import { describeSurroundings } from './surroundings.ts'
import { ensureWebBuilt } from './web-build.ts'

/** What is up so far; the way down works at any stage of the way up. */
type System = { folder: DataFolder; log: LogFile; startedAt: Date; postgres?: KeptPostgres; children: Child[] }

/** What `start` brings up; tests give it smaller parts. */
export type Parts = {
  plan: (around: Surroundings) => ProcessPlan[]
  buildWeb: (root: string, signal: AbortSignal) => Promise<unknown>
  migrate: typeof migrateAll
  mintAdminLink: typeof mintAdminLink
}

const wholeSystem: Parts = { plan: planProcesses, buildWeb: ensureWebBuilt, migrate: migrateAll, mintAdminLink }

export async function start(args: string[], parts = wholeSystem): Promise<number> {
  const options = readStartOptions(args)
  const folder = openDataFolder(options.folder)
  const system: System = { folder, log: openLog(join(folder.logs, 'guichet.log')), startedAt: new Date(), children: [] }
  const stopping = listenForStop()
  try {
    const adminLink = await bringUp(system, options, parts, stopping.signal)
    printWelcome(options, adminLink, system)
    await new Promise((done) => stopping.signal.addEventListener('abort', done, { once: true }))
  } catch (error) {
    if (!stopping.signal.aborted) throw explain(error, system)
  } finally {
    await bringDown(system, options)
  }
  return 0
}

/** The first Ctrl-C stops in order; children are groups of their own, so a second one need not be handled for them. */
function listenForStop(): AbortController {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) return
      tell('\nStopping …')
      stopping.abort()
    })
  }
  process.stdout.on('error', () => {}) // the terminal may be gone before we are
  return stopping
}

async function bringUp(system: System, options: StartOptions, parts: Parts, signal: AbortSignal): Promise<string> {
  const { folder } = system
  const say = (line: string) => {
    tell(line)
    system.log.write(`${new Date().toISOString()} ${line}\n`)
  }
  const changed = () => report(system, options)

  await endLeftovers(folder.path)
  await requireFreePort(options.port, options.host)
  const secrets = ensureSecrets(folder.path)
  const ports = await choosePorts(folder.path)

  const webBuilt = parts.buildWeb(projectRoot, signal)
  webBuilt.catch(() => {}) // awaited below
  say('Starting PostgreSQL …')
  const postgres = await keepPostgres({ folder: folder.path, logs: folder.logs, port: ports.postgres, say, changed })
  system.postgres = postgres
  signal.throwIfAborted()

  say('Preparing the databases …')
  await ensureDatabases(postgres.current(), secrets)
  const plans = parts.plan(
    describeSurroundings({ ...options, folder: folder.path, ports, secrets, postgresPort: postgres.current().port }),
  )
  await parts.migrate(plans, projectRoot, signal)

  say('Starting the services …')
  const launch = (plan: ProcessPlan) => {
    signal.throwIfAborted()
    system.children.push(keepAlive(plan, { root: projectRoot, logs: folder.logs, say, changed }))
  }
  for (const plan of plans) if (plan.name !== 'web') launch(plan)
  if ((await soon(webBuilt)) === 'pending') say('Building the pages of the shop (once for each version) …')
  await webBuilt
  for (const plan of plans) if (plan.name === 'web') launch(plan)
  await Promise.all(system.children.map((child) => child.ready(signal)))

  await seedOnce(system, options, parts, plans, say, signal)
  return parts.mintAdminLink(plans, projectRoot)
}

async function seedOnce(
  { folder, log }: System,
  options: StartOptions,
  parts: Parts,
  plans: ProcessPlan[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const seeded = join(folder.path, 'seeded')
  if (existsSync(seeded)) return
  if (!options.empty) {
    say('Opening a demo shop …')
    const env = { GUICHET_SEED_URL: options.localUrl, GUICHET_SEED_LINK: await parts.mintAdminLink(plans, projectRoot) }
    const command = [join(projectRoot, 'cli', 'src', 'start', 'seed-demo.ts')]
    try {
      log.write(await runOnce({ what: 'the demo', command, cwd: projectRoot, env, signal }))
    } catch (error) {
      signal.throwIfAborted()
      say(`The shop is open but its demo is not complete: ${(error as Error).message}`)
      return // the next start tries again
    }
  }
  writeFileSync(seeded, options.empty ? 'empty\n' : 'demo\n')
}

/** The public side first, then the services, then what they call, the database last; within 10 s in all. */
async function bringDown(system: System, options: StartOptions): Promise<void> {
  const graces = [
    { order: 3, grace: 2000 },
    { order: 2, grace: 4000 },
    { order: 1, grace: 1000 },
  ]
  for (const { order, grace } of graces) {
    const wave = system.children.filter((child) => child.plan.order === order)
    await Promise.all(wave.map((child) => child.stop(grace)))
  }
  await system.postgres?.stop()
  report(system, options)
  system.log.close()
  system.folder.release()
}

function report(system: System, options: StartOptions): void {
  const postgres = system.postgres?.current()
  try {
    writeReport(system.folder.path, {
      publicUrl: options.publicUrl,
      localUrl: options.localUrl,
      host: options.host,
      port: options.port,
      node: process.version,
      startedAt: system.startedAt.toISOString(),
      postgres: postgres
        ? { pid: postgres.pid, port: postgres.port, restarts: system.postgres?.restarts() ?? 0 }
        : null,
      children: system.children.map((child) => child.report()),
    })
  } catch {
    // on a full disk the report is the least of the troubles
  }
}

function explain(error: unknown, { folder, log }: System): unknown {
  if (error instanceof Refusal && error.details) {
    log.write(`${error.details}\n`)
    return new Refusal(`${error.message} (more in ${join(folder.logs, 'guichet.log')})`)
  }
  if (error instanceof ChildFailure) {
    const why = explainOutput(error.child, error.output).message
    return new Refusal(`${why} (more in ${join(folder.logs, `${error.child}.log`)})`)
  }
  return error instanceof Refusal ? error : (explainFileError(error, folder.path) ?? error)
}

function printWelcome({ publicUrl }: StartOptions, adminLink: string, { startedAt, folder }: System): void {
  const seconds = ((Date.now() - startedAt.getTime()) / 1000).toFixed(1)
  tell(`
Guichet is open (${seconds} s).

  Shop      ${publicUrl}
  Console   ${adminLink}
            signs you in as the administrator; it works once
  Inbox     ${publicUrl}/inbox
            every mail that this copy sends

Data in ${folder.path}. Ctrl-C stops everything; "./guichet status" shows what runs.`)
}

async function soon(promise: Promise<unknown>): Promise<'done' | 'pending'> {
  return Promise.race([
    promise.then(
      () => 'done' as const,
      () => 'done' as const,
    ),
    new Promise<'pending'>((done) => setImmediate(done, 'pending' as const)),
  ])
}

function tell(line: string): void {
  console.log(line)
}
