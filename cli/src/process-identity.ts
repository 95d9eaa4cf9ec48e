import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** When a process was started, as an opaque text: with the pid it names one process for good. Undefined: not running. */
export function startOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') {
    try {
      // The program's name is in parentheses and may hold anything; the fields after it are fixed.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return fields[0] === 'Z' ? undefined : fields[19]
    } catch {
      return undefined
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

export type ProcessIdentity = { pid: number; startedAs: string }

export function isRunning({ pid, startedAs }: ProcessIdentity): boolean {
  return startOf(pid) === startedAs
}

export function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(process_)) return
  try {
    process.kill(process_.pid, name)
  } catch {
    // it ended in between
  }
}
