import { spawnSync } from 'node:child_process'
import { chownSync, closeSync, constants, openSync, readFileSync, statSync } from 'node:fs'
import { PostgresStartError } from './start-error.ts'

/** The account that PostgreSQL runs as, and how it reaches its folder. */
export type Account = {
  /** Undefined: our own (ordinary) user. */
  uid?: number
  gid?: number
}

/** PostgreSQL refuses root, so root hands over to the folder's owner (if it already has one) or to `nobody`. */
export function chooseAccount(folder: string): Account {
  if (process.getuid?.() !== 0) return {}
  const owner = statSync(folder)
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const account = nobody()
  chownSync(folder, account.uid, account.gid)
  return account
}

function nobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65534) >>> 0, gid: Number(gid ?? 65534) >>> 0 }
}

/** How the server names its folder, and the descriptor (if any) that it must inherit as number 3 for that name to work. */
export type Reach = { base: string; descriptor: number | undefined; release(): void }

/**
 * Finds a name by which `account` can enter `folder`. Under a folder that it may not cross (root's 0700 home) there
 * is none by path; a directory that root opened can be entered all the same as /proc/self/fd/3, by the server and
 * its children only, so the data stays where it belongs and nobody's permissions are widened.
 */
export function reach(folder: string, account: Account): Reach {
  const byPath = { base: folder, descriptor: undefined, release: () => {} }
  if (account.uid === undefined || canEnter(folder, account)) return byPath

  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  if (canEnter('/proc/self/fd/3', account, descriptor)) {
    return { base: '/proc/self/fd/3', descriptor, release: () => closeSync(descriptor) }
  }
  closeSync(descriptor)
  throw new PostgresStartError(
    'not-permitted',
    `PostgreSQL cannot run as root, and the account it would run as cannot reach ${folder}: choose another folder with --data, or start as an ordinary user.`,
  )
}

function canEnter(folder: string, account: Account, descriptor?: number): boolean {
  const entered = spawnSync('/bin/sh', ['-c', 'cd -- "$1" && : > .reach && rm .reach', 'sh', folder], {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', ...(descriptor === undefined ? [] : [descriptor])],
  })
  return entered.status === 0
}
