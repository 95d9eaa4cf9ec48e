// node bench/src/run.ts [name …] [--json] [--rounds N] [--seconds S] [--orders N] [--data DIR]: called by `./guichet bench`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PostgresStartError } from '@guichet/embedded-postgres'
import { growth } from './benches/growth.ts'
import { hotEvent } from './benches/hot-event.ts'
import { idle } from './benches/idle.ts'
import { mail } from './benches/mail.ts'
import { memory } from './benches/memory.ts'
import { overload } from './benches/overload.ts'
import { peers } from './benches/peers.ts'
import { purchase } from './benches/purchase.ts'
import { relay } from './benches/relay.ts'
import { soldOut } from './benches/sold-out.ts'
import { spread } from './benches/spread.ts'
import { twoProcesses } from './benches/two-processes.ts'
import { showSettings, timeSync } from './postgres.ts'
import { figure, print, type Report } from './report.ts'
import type { Plan } from './rounds.ts'
import { stockUpdates } from './sale.ts'
import { pgbenchVersion } from './sql-load.ts'
import { type Stage, setStage } from './stage.ts'

interface Bench {
  run: (stage: Stage, plan: Plan) => Promise<Report>
  rounds: number
  seconds: number
  /** Runs only when it is named. */
  long?: true
}

const BENCHES: Record<string, Bench> = {
  'hot-event': { run: hotEvent, rounds: 5, seconds: 2 },
  spread: { run: spread, rounds: 4, seconds: 2 },
  'sold-out': { run: soldOut, rounds: 3, seconds: 2 },
  idle: { run: idle, rounds: 3, seconds: 1 },
  'two-processes': { run: twoProcesses, rounds: 2, seconds: 2 },
  overload: { run: overload, rounds: 2, seconds: 4 },
  purchase: { run: purchase, rounds: 3, seconds: 3 },
  peers: { run: peers, rounds: 2, seconds: 2 },
  relay: { run: relay, rounds: 5, seconds: 4 },
  growth: { run: growth, rounds: 4, seconds: 2 },
  mail: { run: mail, rounds: 1, seconds: 1, long: true },
  memory: { run: memory, rounds: 1, seconds: 1, long: true },
}
const TMPFS = 0x01021994

class Refusal extends Error {}

process.exitCode = await main().catch((error: unknown) => {
  const expected = error instanceof Refusal || error instanceof PostgresStartError
  process.stderr.write(`guichet: ${expected ? error.message : (error as Error).stack}\n`)
  return 1
})

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        orders: { type: 'string' },
        data: { type: 'string', default: tmpdir() },
      },
    })
  } catch (error) {
    throw new Refusal(`${(error as Error).message.split(/[.\n]/)[0]}; "./guichet bench --help" lists what it takes.`)
  }
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions()
  const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES).filter((name) => !BENCHES[name]?.long)
  for (const name of names) {
    if (!Object.hasOwn(BENCHES, name))
      throw new Refusal(`There is no bench "${name}": ${Object.keys(BENCHES).join(', ')}.`)
  }
  const limit = (text: string | undefined, most: number) =>
    text && Math.min(most, Math.max(1, Math.trunc(Number(text))))
  const folder = mkdtempSync(join(values.data, 'guichet-bench-'))
  if (statfsSync(folder).type === TMPFS)
    say(`${values.data} is memory, not a disk: a commit costs nothing there. Use --data.`)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

  let stage: Stage | undefined
  try {
    const running = await setStage(join(folder, 'postgres'))
    stage = running
    const machine = {
      ...describeMachine(),
      fdatasyncMicroseconds: timeSync(folder),
      postgres: await showSettings(running.server.client),
    }
    say(JSON.stringify(machine, null, 2))
    const reports: Report[] = []
    for (const name of names) {
      const bench = BENCHES[name]
      if (!bench) continue
      const rounds = limit(values.rounds, 20) || bench.rounds
      const seconds = limit(values.seconds, 10) || bench.seconds
      const orders = limit(values.orders, 10_000_000) || undefined
      const ended = new Promise<never>((_done, failed) => {
        stop.signal.addEventListener('abort', () => failed(new Refusal('Stopped.')))
        if (stop.signal.aborted) failed(new Refusal('Stopped.'))
      })
      const plan = { rounds, seconds, ...(orders && { orders }) }
      const report = await Promise.race([withStockUpdates(running, () => bench.run(running, plan)), ended])
      say(print(report))
      reports.push(report)
    }
    say(`\nload average at the end: ${loadavg()[0]?.toFixed(1)}`)
    if (values.json) process.stdout.write(`${JSON.stringify({ machine, reports }, null, 2)}\n`)
    return reports.every(({ faults }) => faults.length === 0) ? 0 : 2
  } finally {
    await stage?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Adds to a report what the sale did to the rows of stock, where it is the stage's own service that sold. */
async function withStockUpdates({ tickets }: Stage, run: () => Promise<Report>): Promise<Report> {
  const before = await stockUpdates(tickets.client)
  const report = await run()
  const after = await stockUpdates(tickets.client)
  const all = after.all - before.all
  const inPlace = figure('updates of stock that touched no index (HOT)', [(after.inPlace - before.inPlace) / all])
  return all > 0 ? { ...report, figures: [...report.figures, inPlace] } : report
}

function describeMachine() {
  return {
    date: new Date().toISOString(),
    commit: describeCommit(),
    processor: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    sqlLoad: pgbenchVersion ?? 'pg, in a process of ours (no pgbench on the PATH)',
    loadAverageBefore: Number(loadavg()[0]?.toFixed(1)),
  }
}

/** Undefined where git is not, or the sources came without it. */
function describeCommit(): string | undefined {
  const { stdout } = spawnSync('git', ['describe', '--always', '--dirty'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return stdout?.trim() || undefined
}
