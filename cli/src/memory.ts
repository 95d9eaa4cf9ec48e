import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Resident bytes, and the proportional share (pages used by n processes count 1/n each) where the system tells it. */
export function memoryOf(pid: number): { rss: number; pss: number } {
  const rollup = read(`/proc/${pid}/smaps_rollup`)
  const kilobytes = (field: string) => Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0)
  const rss = (kilobytes('Rss') || residentKilobytes(pid)) * 1024
  return { rss, pss: kilobytes('Pss') * 1024 || rss }
}

/** A process together with its children, as PostgreSQL has one per connection. */
export function memoryOfTree(pid: number): { rss: number; pss: number } {
  const children = pids().filter((each) => parentOf(each) === pid)
  return [pid, ...children].map(memoryOf).reduce((sum, each) => ({ rss: sum.rss + each.rss, pss: sum.pss + each.pss }))
}

function residentKilobytes(pid: number): number {
  if (process.platform === 'linux') return Number(read(`/proc/${pid}/status`).match(/^VmRSS:\s+(\d+)/m)?.[1] ?? 0)
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch {
    return 0
  }
}

function pids(): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
}

function parentOf(pid: number): number {
  return Number(read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1])
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
