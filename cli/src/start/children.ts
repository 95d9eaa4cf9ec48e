import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { askHealth } from '../health.ts'
import { startOf } from '../process-identity.ts'
import type { ChildReport } from '../running-copy.ts'
import { openLog } from './log-file.ts'
import type { ProcessPlan } from './processes.ts'

export type SupervisorOptions = {
  root: string
  logs: string
  /** Told of deaths and returns, for the terminal and the log. */
  say: (line: string) => void
  /** Called whenever a child's pid or state changes. */
  changed?: () => void
  /** Pause before a restart: doubles from the first to the last, in milliseconds. */
  backOff?: { first: number; last: number; forgetAfter: number }
}

export type Child = {
  readonly plan: ProcessPlan
  /** Resolves at the first 200 of its health address; rejects when it keeps dying before that. */
  ready(signal?: AbortSignal): Promise<void>
  stop(graceMilliseconds: number): Promise<void>
  report(): ChildReport
}

const deathsBeforeGivingUp = 4

/** Starts a process and keeps it alive until it is stopped. */
export function keepAlive(plan: ProcessPlan, options: SupervisorOptions): Child {
  const backOff = options.backOff ?? { first: 250, last: 10_000, forgetAfter: 30_000 }
  const log = openLog(join(options.logs, `${plan.name}.log`))
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  let exited: Promise<void> = Promise.resolve()
  let state: ChildReport['state'] = 'starting'
  let restarts = 0
  let pause = backOff.first
  let lastLines = ''

  const become = (next: ChildReport['state']) => {
    state = next
    options.changed?.()
  }

  const launch = () => {
    const launchedAt = performance.now()
    const launched = spawnChild(plan, options.root)
    child = launched
    const take = (chunk: Buffer) => {
      lastLines = (lastLines + chunk).slice(-4096)
      log.write(chunk)
    }
    launched.stdout?.on('data', take)
    launched.stderr?.on('data', take)
    exited = new Promise((done) => {
      launched.once('error', (error) => {
        take(Buffer.from(`${error.message}\n`))
        done()
      })
      launched.once('exit', () => done())
    })
    options.changed?.()
    void watchHealth(launched)
    void exited.then(async () => {
      if (stopping.signal.aborted) return
      if (performance.now() - launchedAt > backOff.forgetAfter) pause = backOff.first
      const how = launched.signalCode ?? `code ${launched.exitCode}`
      options.say(`${plan.name} ended (${how}); starting it again in ${pause} ms`)
      restarts += 1
      become('restarting')
      const before = pause
      pause = Math.min(pause * 2, backOff.last)
      await wait(before, undefined, { signal: stopping.signal }).catch(() => {})
      if (!stopping.signal.aborted) launch()
    })
  }

  const watchHealth = async (watched: ChildProcess) => {
    while (child === watched && watched.exitCode === null && watched.signalCode === null && !stopping.signal.aborted) {
      if ((await askHealth(plan.health)) === 200) {
        if (child !== watched) return
        if (restarts > 0) options.say(`${plan.name} is back (pid ${watched.pid})`)
        return become('ready')
      }
      await wait(50)
    }
  }

  launch()
  return {
    plan,
    async ready(signal) {
      while (state !== 'ready') {
        signal?.throwIfAborted()
        if (restarts >= deathsBeforeGivingUp) throw new ChildFailure(plan.name, lastLines)
        await wait(25)
      }
    },
    async stop(grace) {
      stopping.abort()
      child?.kill('SIGTERM')
      const patience = new AbortController()
      const outOfPatience = wait(grace, undefined, { signal: patience.signal }).then(
        () => child?.kill('SIGKILL'),
        () => {},
      )
      await exited
      patience.abort()
      await outOfPatience
      state = 'stopped'
      log.close()
    },
    report: () => ({
      name: plan.name,
      pid: child?.pid ?? null,
      startedAs: (child?.pid && startOf(child.pid)) || null,
      port: plan.port,
      health: plan.health,
      state,
      restarts,
    }),
  }
}

/** A child died again and again before it was ever ready; `output` is the end of what it said. */
export class ChildFailure extends Error {
  readonly child: string
  readonly output: string

  constructor(child: string, output: string) {
    super(`${child} does not start`)
    this.child = child
    this.output = output
  }
}

function spawnChild(plan: ProcessPlan, root: string): ChildProcess {
  const leash = pathToFileURL(join(import.meta.dirname, 'end-with-supervisor.ts')).href
  const memory = [`--max-old-space-size=${plan.heapMegabytes}`, `--max-semi-space-size=${plan.youngMegabytes ?? 4}`]
  return spawn(process.execPath, [...memory, `--import=${leash}`, ...plan.command], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', ...plan.env },
    // Its own group: Ctrl-C in the terminal reaches the supervisor only, which stops the children in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
}
