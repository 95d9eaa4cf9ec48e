import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account, Reach } from './account.ts'
import { explainFailure } from './start-error.ts'

type ClusterOptions = { dataDir: string; place: Reach; account: Account; initdb: string; durable: boolean }

/** Runs initdb on first use; returns the superuser's password, which is generated and kept beside the cluster. */
export async function ensureCluster({ dataDir, place, account, initdb, durable }: ClusterOptions): Promise<string> {
  const cluster = join(dataDir, 'cluster')
  if (existsSync(cluster)) return readSuperuserPassword(dataDir)

  // A first start that was cut short leaves only the unfinished folder behind.
  const unfinished = `${cluster}.new`
  rmSync(unfinished, { recursive: true, force: true })
  const password = randomBytes(32).toString('base64url')
  const file = passwordFile(dataDir)
  rmSync(file, { force: true })
  writeFileSync(file, password, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) chownSync(file, account.uid, account.gid)

  const args = [
    `--pgdata=${place.base}/cluster.new`,
    `--pwfile=${place.base}/superuser.password`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]
  await run(initdb, args, account, place)
  renameSync(unfinished, cluster)
  return password
}

export function readSuperuserPassword(dataDir: string): string {
  return readFileSync(passwordFile(dataDir), 'utf8')
}

function passwordFile(dataDir: string): string {
  return join(dataDir, 'superuser.password')
}

function run(initdb: string, args: string[], account: Account, place: Reach): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(initdb, args, {
      ...account,
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(place.descriptor === undefined ? [] : [place.descriptor])],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.once('error', (error) => failed(explainFailure('initdb', error.message)))
    child.once('close', (status) => (status === 0 ? done() : failed(explainFailure('initdb', output))))
  })
}
