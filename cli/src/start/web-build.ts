import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isRunning, type ProcessIdentity, startOf } from '../process-identity.ts'
import { explainFileError } from '../refusal.ts'
import { runOnce } from './run-once.ts'

const ignored = /^(build|\.svelte-kit|node_modules|tests)(\/|$)/

/** Builds the web when its sources or the locked dependencies have changed since the last build. */
export async function ensureWebBuilt(root: string, signal?: AbortSignal): Promise<'built' | 'unchanged'> {
  const web = join(root, 'web')
  const stamp = join(web, 'build', '.guichet-stamp')
  const wanted = fingerprint(root)
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (isCurrent()) return 'unchanged'

  const release = await takeTurn(join(root, 'node_modules', '.guichet-web-build'))
  try {
    if (isCurrent()) return 'unchanged'
    const command = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn']
    await runOnce({ what: 'building the web', command, cwd: web, ...(signal ? { signal } : {}) })
    writeFileSync(stamp, wanted)
    return 'built'
  } catch (error) {
    throw explainFileError(error, web) ?? error
  } finally {
    release()
  }
}

function fingerprint(root: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(join(root, 'web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'web').length + 1))
    .filter((path) => !ignored.test(path))
    .sort()
  for (const path of files) hash.update(`${path}\0`).update(readFileSync(join(root, 'web', path)))
  const lock = join(root, 'package-lock.json')
  if (existsSync(lock)) hash.update(readFileSync(lock))
  return hash.digest('hex')
}

/** Two copies started at once share the clone: one builds, the other waits and finds it done. */
async function takeTurn(lock: string): Promise<() => void> {
  for (;;) {
    try {
      mkdirSync(lock)
      const holder: ProcessIdentity = { pid: process.pid, startedAs: startOf(process.pid) ?? '' }
      writeFileSync(join(lock, 'holder.json'), JSON.stringify(holder))
      return () => rmSync(lock, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await wait(250) // also the time a new holder has to write its name
    if (existsSync(lock) && !isHeld(lock)) rmSync(lock, { recursive: true, force: true })
  }
}

function isHeld(lock: string): boolean {
  try {
    return isRunning(JSON.parse(readFileSync(join(lock, 'holder.json'), 'utf8')) as ProcessIdentity)
  } catch {
    return false
  }
}
