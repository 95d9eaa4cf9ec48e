import { chmodSync, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { explainFileError, Refusal } from '../refusal.ts'
import { takeLock } from '../running-copy.ts'

const neededBytes = 200 * 1024 * 1024

export type DataFolder = { path: string; logs: string; release: () => void }

/** Makes the folder, proves that it can be written to and has room, and keeps every other copy out of it. */
export function openDataFolder(path: string): DataFolder {
  try {
    makeFolder(join(path, 'logs'))
    // The mails in it hold links that sign in and open orders: the machine's other users may not read them.
    makeFolder(join(path, 'sandbox'))
    chmodSync(join(path, 'sandbox'), 0o700)
    const probe = join(path, `.probe-${process.pid}`)
    writeFileSync(probe, 'x')
    rmSync(probe)
    const free = statfsSync(path)
    if (free.bavail * free.bsize < neededBytes) {
      throw new Refusal(`The disk is full: ${path} has less than 200 MB free; free some, then start again.`)
    }
    const lock = takeLock(path)
    if ('holder' in lock) {
      throw new Refusal(
        `Guichet already runs on ${path} (pid ${lock.holder.pid}): stop it with ./guichet stop, or start a second copy with --data and --port.`,
      )
    }
    return { path, logs: join(path, 'logs'), release: lock.release }
  } catch (error) {
    throw explainFileError(error, path) ?? error
  }
}

/** Folder by folder: mkdir's own `recursive` never returns under /proc and the like, which deny by "no such folder". */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}
