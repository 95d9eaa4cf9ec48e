import { setTimeout as wait } from 'node:timers/promises'
import { isRunning, type ProcessIdentity, signal } from '../process-identity.ts'
import { readReport } from '../running-copy.ts'

/** Children of a supervisor that was killed end by themselves; this waits for the slow ones, and ends the stuck ones. */
export async function endLeftovers(folder: string, patience = 5000): Promise<void> {
  const left = (readReport(folder)?.children ?? [])
    .flatMap(({ pid, startedAs }): ProcessIdentity[] => (pid && startedAs ? [{ pid, startedAs }] : []))
    .filter(isRunning)
  for (const each of left) signal(each, 'SIGTERM')
  const deadline = performance.now() + patience
  while (left.some(isRunning) && performance.now() < deadline) await wait(25)
  for (const each of left) signal(each, 'SIGKILL')
  while (left.some(isRunning)) await wait(10)
}
