import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'

/** What a slice cost, for each order where that makes sense. A busy machine changes these less than it changes rates. */
export interface Cost {
  /** Processor time of the database server, and of the Node process that is measured. */
  postgresSeconds: number
  nodeSeconds: number
  commits: number
  statements: number
  walBytes: number
}

const TICKS_PER_SECOND = 100

/** Runs `work` and takes the difference of all counters. `pids`: the postmaster first, then the Node processes. */
export async function measure<T>(
  client: pg.Client,
  database: string,
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> {
  const before = await readCounters(client, database, pids)
  const serversBefore = new Set(childrenOf(pids[0] ?? 0))
  const result = await work()
  await untilGone(pids, serversBefore)
  const after = await readCounters(client, database, pids)
  return {
    result,
    cost: {
      postgresSeconds: after.postgresSeconds - before.postgresSeconds,
      nodeSeconds: after.nodeSeconds - before.nodeSeconds,
      commits: after.commits - before.commits,
      statements: after.statements - before.statements,
      walBytes: after.walBytes - before.walBytes,
    },
  }
}

/**
 * Transaction ids and the position in the write-ahead log are exact at once; pg_stat_database and pg_stat_wal lag by
 * seconds behind connections that stay open.
 */
async function readCounters(client: pg.Client, database: string, pids: readonly number[]): Promise<Cost> {
  const { rows } = await client.query<{ commits: string; statements: string; wal: string }>(
    `select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as commits,
            pg_current_wal_insert_lsn() - '0/0' as wal,
            (select coalesce(sum(calls), 0) from pg_stat_statements
              where dbid = (select oid from pg_database where datname = $1)
                and userid is not null and query !~ '(pg_stat_statements|pg_current_snapshot)') as statements`,
    [database],
  )
  const [postmaster, ...others] = pids
  return {
    commits: Number(rows[0]?.commits),
    statements: Number(rows[0]?.statements),
    walBytes: Number(rows[0]?.wal),
    postgresSeconds: treeSeconds(postmaster ?? 0),
    nodeSeconds: others.reduce((sum, pid) => sum + readTimes(pid).own, 0),
  }
}

/**
 * The time of a backend goes to the postmaster when it is buried, which is a moment after its client has left. Pools that
 * grew during the slice stay, so this gives up after a second.
 */
async function untilGone([postmaster, ...others]: readonly number[], before: ReadonlySet<number>): Promise<void> {
  if (others.length > 0) return
  for (const end = performance.now() + 1_000; performance.now() < end; await wait(10)) {
    if (childrenOf(postmaster ?? 0).every((pid) => before.has(pid))) return
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && readTimes(Number(entry)).parent === parent)
    .map(Number)
}

/** Of a process, its children that live and those it has buried. */
function treeSeconds(pid: number): number {
  const { own, buried } = readTimes(pid)
  return childrenOf(pid).reduce((sum, child) => sum + readTimes(child).own, own + buried)
}

function readTimes(pid: number): { own: number; buried: number; parent: number } {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    const parent = fields[1] ?? 0
    return { own: (user + system) / TICKS_PER_SECOND, buried: (childUser + childSystem) / TICKS_PER_SECOND, parent }
  } catch {
    return { own: 0, buried: 0, parent: 0 }
  }
}

/** The memory of a process that is in the machine's. */
export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
}

/** Processor time since the machine started: all of it, and what other guests of the host took. */
export function machineTime(): { total: number; steal: number } {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number)
  return { total: fields.reduce((sum, field) => sum + field, 0), steal: fields[7] ?? 0 }
}
