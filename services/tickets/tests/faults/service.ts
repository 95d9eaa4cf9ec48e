import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually, freePort } from '@guichet/testkit'
import { SECRETS } from '../fixture.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** All buyers of a test have one address. */
const ANY_NUMBER = '0'
const NOWHERE = 'http://127.0.0.1:9'
export const PUBLIC_URL = 'http://localhost:4000'
/** Loaded before the program: it ends when this test does, also when that is killed. */
const LEASH = `data:text/javascript,process.on('disconnect',()=>process.exit());process.channel.unref()`

export interface ServiceOptions {
  databaseUrl: string
  busUrl?: string
  /** The payment provider. */
  simulatedUrl?: string
  /** Of the database, which exists and is empty. */
  migrate?: boolean
  /** Starts it again whenever it ends, as the supervisor of a copy does. */
  supervised?: boolean
}

/** The real service as its own process. */
export async function startService(options: ServiceOptions) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = environment(options, port)
  if (options.migrate) {
    // Not spawnSync: a proxy of this process may stand between it and its database.
    const migration = fork(MAIN, ['migrate'], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const [code] = await once(migration, 'exit')
    if (code !== 0) throw new Error(`tickets does not migrate: ${code}`)
  }
  let starts = 0
  let wanted = true
  let child: ChildProcess
  const launch = () => {
    starts += 1
    child = fork(MAIN, [], { env, execArgv: ['--import', LEASH], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.once('exit', () => {
      if (wanted && options.supervised) launch()
    })
    return child
  }
  const answers = () =>
    eventually(async () => (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok)
  const gone = () => child.exitCode !== null || child.signalCode !== null
  launch()
  await answers()

  return {
    url,
    /** How often it was started: 1 means that it lived through everything. */
    starts: () => starts,
    /** Resolves once it says that it is ready to work. */
    answers,
    kill: () => child.kill('SIGKILL'),
    /** A supervised one comes back after `kill`. */
    async killAndAwaitReturn(): Promise<void> {
      const before = starts
      child.kill('SIGKILL')
      await eventually(() => starts > before)
      await answers()
    },
    /** Asks it to leave and returns its exit code. */
    async terminate(): Promise<number | null> {
      wanted = false
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = await exit
      return code
    },
    /** After `terminate`. */
    async relaunch(): Promise<void> {
      wanted = true
      launch()
      await answers()
    },
    async stop(): Promise<void> {
      wanted = false
      if (gone()) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Runs one of the service's commands to its end. */
export async function runCommand(
  options: ServiceOptions,
  args: string[],
): Promise<{ code: number | null; printed: string }> {
  const child = fork(MAIN, args, { env: environment(options, 4_103), stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  const [code] = await once(child, 'close')
  return { code, printed }
}

export type Service = Awaited<ReturnType<typeof startService>>

function environment(options: ServiceOptions, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    TICKETS_HOST: '127.0.0.1',
    TICKETS_PORT: String(port),
    TICKETS_DATABASE_URL: options.databaseUrl,
    // Nobody listens there: a sale needs the service and its database, nothing else.
    TICKETS_BUS_URL: options.busUrl ?? 'postgres://127.0.0.1:9/none',
    TICKETS_PUBLIC_URL: PUBLIC_URL,
    TICKETS_ACCOUNTS_URL: NOWHERE,
    TICKETS_EVENTS_URL: NOWHERE,
    TICKETS_SIMULATED_URL: options.simulatedUrl ?? NOWHERE,
    TICKETS_CLIENT_SECRET: SECRETS.clientSecret,
    TICKETS_ORDER_SECRET: SECRETS.orderSecret,
    TICKETS_SIGNING_SECRET: SECRETS.signingSecret,
    TICKETS_SEALING_SECRET: SECRETS.sealingSecret,
    TICKETS_SIMULATED_API_KEY: SECRETS.simulatedApiKey,
    TICKETS_SIMULATED_WEBHOOK_SECRET: SECRETS.simulatedWebhookSecret,
    TICKETS_HOLD_SECONDS: '3600',
    TICKETS_HOLDS_PER_ADDRESS: ANY_NUMBER,
    TICKETS_LOG_LEVEL: 'silent',
  }
}
