import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, type ProcessIdentity, startOf } from './process-identity.ts'

export type ChildReport = {
  name: string
  pid: number | null
  startedAs: string | null
  port: number
  health: string
  state: 'starting' | 'ready' | 'restarting' | 'stopped'
  restarts: number
}

/** What a running copy tells the commands in other terminals. */
export type Report = {
  publicUrl: string
  /** Where this machine itself reaches the web. */
  localUrl: string
  host: string
  port: number
  node: string
  startedAt: string
  postgres: { pid: number; port: number; restarts: number } | null
  children: ChildReport[]
}

const lockFile = (folder: string) => join(folder, 'guichet.lock')
const reportFile = (folder: string) => join(folder, 'guichet.json')

/** The copy that runs on this data folder, if there is one. */
export function findRunningCopy(folder: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(lockFile(folder), 'utf8')) as ProcessIdentity
    return isRunning(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

/**
 * Makes this process the only one on the data folder; returns the holder instead when there is one. A lock left by a
 * killed process is taken over: its pid is not running, or now belongs to a process with another start time.
 */
export function takeLock(folder: string): { holder: ProcessIdentity } | { release: () => void } {
  mkdirSync(folder, { recursive: true })
  const mine: ProcessIdentity = { pid: process.pid, startedAs: startOf(process.pid) ?? '' }
  const draft = `${lockFile(folder)}.${process.pid}`
  writeFileSync(draft, JSON.stringify(mine))
  try {
    for (;;) {
      try {
        linkSync(draft, lockFile(folder)) // unlike a write, fails when the file exists
        return { release: () => rmSync(lockFile(folder), { force: true }) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = findRunningCopy(folder)
      if (holder) return { holder }
      discardStaleLock(folder)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Renames before removing: of two that find the same stale lock, the slower must not remove the faster one's. */
function discardStaleLock(folder: string): void {
  const aside = `${lockFile(folder)}.stale.${process.pid}`
  try {
    renameSync(lockFile(folder), aside)
    const taken = JSON.parse(readFileSync(aside, 'utf8')) as ProcessIdentity
    if (isRunning(taken)) linkSync(aside, lockFile(folder))
  } catch {
    // gone already, or unreadable and so nobody's
  } finally {
    rmSync(aside, { force: true })
  }
}

export function readReport(folder: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(reportFile(folder), 'utf8')) as Report
  } catch {
    return undefined
  }
}

export function writeReport(folder: string, report: Report): void {
  const draft = `${reportFile(folder)}.new`
  writeFileSync(draft, JSON.stringify(report, null, 2))
  renameSync(draft, reportFile(folder))
}
