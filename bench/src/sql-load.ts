import { execFile, fork, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Load, Tally } from './load.ts'
import { readSql, sqlFile } from './postgres.ts'
import type { SqlJob } from './sql-load-process.ts'

export interface SqlLoad {
  /** A file in sql/. */
  script: string
  clients: number
  seconds: number
  variables?: Record<string, number>
  /** Orders made by one run of the script. */
  ordersEach?: number
}

/** The first line of `pgbench --version`, or undefined where there is none. */
export const pgbenchVersion: string | undefined =
  spawnSync('pgbench', ['--version'], { encoding: 'utf8' }).stdout?.trim() || undefined

/** Runs a script over and over from many clients: by pgbench if it is on the PATH, else by a process of ours. */
export function runSql(url: string, options: SqlLoad): Promise<Load> {
  return pgbenchVersion === undefined ? runOwn(url, options) : runPgbench(url, options)
}

async function runPgbench(url: string, { script, clients, seconds, variables = {}, ordersEach = 1 }: SqlLoad) {
  const { hostname, port, username, password, pathname } = new URL(url)
  const folder = mkdtempSync(join(tmpdir(), 'guichet-pgbench-'))
  try {
    const args = [
      ...['-n', '-M', 'prepared', '-f', sqlFile(script), '-c', clients, '-j', Math.min(2, clients), '-T', seconds],
      ...['-l', `--log-prefix=${join(folder, 'log')}`],
      ...Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
      ...['-h', hostname, '-p', port, '-U', username, pathname.slice(1)],
    ].map(String)
    await promisify(execFile)('pgbench', args, {
      env: { PATH: process.env.PATH, PGPASSWORD: decodeURIComponent(password) },
      timeout: (seconds + 30) * 1_000,
    })
    return readTransactionLog(folder, seconds, ordersEach)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** pgbench's log has a line for each transaction: client, number, microseconds or "failed", script, end (s, µs). */
function readTransactionLog(folder: string, seconds: number, ordersEach: number): Load {
  const transactions = readdirSync(folder)
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'))
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([, , took, , second, micro]) => ({ took, endMs: Number(second) * 1_000 + Number(micro) / 1_000 }))
  const first = transactions.reduce((least, { took, endMs }) => Math.min(least, endMs - Number(took) / 1_000), Infinity)
  const tally = new Tally(first, seconds * 1_000)
  for (const { took, endMs } of transactions) {
    const latencyMs = Number(took) / 1_000
    if (Number.isNaN(latencyMs)) tally.refuse('failed')
    else tally.acknowledge(endMs, latencyMs)
  }
  return tally.load(ordersEach)
}

function runOwn(url: string, { script, variables = {}, ordersEach = 1, clients, seconds }: SqlLoad): Promise<Load> {
  const job: SqlJob = { url, script: readSql(script), clients, seconds, variables, ordersEach }
  return new Promise((done, failed) => {
    const child = fork(join(import.meta.dirname, 'sql-load-process.ts'), { execArgv: [] })
    child.once('exit', () => failed(new Error('The SQL load ended before its time')))
    child.once('message', (answer: { load?: Load; error?: string }) => {
      if (answer.load) done(answer.load)
      else failed(new Error(answer.error))
      child.disconnect()
    })
    child.send(job)
  })
}
