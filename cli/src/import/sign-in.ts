import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../paths.ts'
import { Refusal } from '../refusal.ts'
import { findRunningCopy, readReport } from '../running-copy.ts'
import { redeemAdminLink, type Session } from '../session.ts'
import { mintAdminLink } from '../start/admin-link.ts'
import type { Ports } from '../start/ports.ts'
import { planProcesses } from '../start/processes.ts'
import { ensureSecrets } from '../start/secrets.ts'

/** The address of the copy that runs on the data folder. */
export function runningUrl(folder: string): string | undefined {
  return findRunningCopy(folder) ? readReport(folder)?.publicUrl : undefined
}

/** Signs in with the administrator's one-time link that was given, or with a fresh one of the copy on the data folder. */
export async function signIn(publicUrl: string, folder: string, token: string | undefined): Promise<Session> {
  if (token !== undefined) {
    return redeemAdminLink(
      publicUrl,
      URL.canParse(token) ? token : `${publicUrl}/admin-link?token=${encodeURIComponent(token)}`,
    )
  }
  if (!findRunningCopy(folder)) {
    throw new Refusal(
      `Guichet does not run on ${folder}: start it, name its folder with --data, or sign in to ${publicUrl} with --token and a one-time administrator link.`,
    )
  }
  return redeemAdminLink(publicUrl, await mintLocally(publicUrl, folder))
}

/** Runs accounts' own command, with the settings that `start` gave it. */
async function mintLocally(publicUrl: string, folder: string): Promise<string> {
  const secrets = ensureSecrets(folder)
  const ports = JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')) as Ports
  const report = readReport(folder)
  const databasePort = report?.postgres?.port ?? ports.postgres
  const plans = planProcesses({
    host: '127.0.0.1',
    port: Number(new URL(publicUrl).port || 80),
    publicUrl: report?.publicUrl ?? publicUrl,
    localUrl: publicUrl,
    folder,
    ports,
    secrets,
    busUrl: `postgres://bus:${secrets.databaseBus}@127.0.0.1:${databasePort}/bus`,
    databaseUrl: (name) => `postgres://${name}:${passwords(secrets)[name]}@127.0.0.1:${databasePort}/${name}`,
  })
  return mintAdminLink(plans, projectRoot)
}

function passwords(secrets: ReturnType<typeof ensureSecrets>) {
  return {
    accounts: secrets.databaseAccounts,
    events: secrets.databaseEvents,
    tickets: secrets.databaseTickets,
    notifications: secrets.databaseNotifications,
  }
}
