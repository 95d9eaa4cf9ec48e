import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Postmaster = { pid: number; port: number }

/**
 * The live server of this cluster, if one was left running (its supervisor was killed). A pid file whose pid now
 * belongs to some other program is stale and is removed; one that belongs to a live server never is, because the
 * server stops at once when it misses it.
 */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n')
  const postmaster = { pid: Number(pid), port: Number(port) }
  if (!isAlive(postmaster.pid)) return undefined // PostgreSQL itself checks for and recovers from this one
  if (worksIn(postmaster.pid, cluster)) return postmaster
  if (process.platform === 'linux' && !anyProcessWorksIn(cluster)) rmSync(file)
  return undefined
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isZombie(pid)
}

/** In a container whose first process reaps nobody, the dead keep their pid. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/\(.*\)/s, ''))
  } catch {
    return false
  }
}

/** A server's working folder is its cluster; comparing inodes also tells a copied data folder from the original. */
function worksIn(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') return true
  try {
    const cwd = statSync(`/proc/${pid}/cwd`)
    const ours = statSync(cluster)
    return cwd.ino === ours.ino && cwd.dev === ours.dev
  } catch {
    return false
  }
}

function anyProcessWorksIn(cluster: string): boolean {
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && worksIn(Number(entry), cluster))
}
