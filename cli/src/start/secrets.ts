import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const names = [
  'accounts',
  'clientEvents',
  'clientTickets',
  'clientNotifications',
  'notificationsConsent',
  'ticketsOrder',
  'ticketsSigning',
  'ticketsSealing',
  'notificationsSealing',
  'paymentsApiKey',
  'paymentsWebhook',
  'webSession',
  'databaseAccounts',
  'databaseEvents',
  'databaseTickets',
  'databaseNotifications',
  'databaseBus',
] as const

export type Secrets = Record<(typeof names)[number], string>

/** 32 random bytes each, made on first start and kept in the data folder, readable by its owner only. */
export function ensureSecrets(folder: string): Secrets {
  const file = join(folder, 'secrets.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {}
  const missing = names.filter((name) => !kept[name])
  if (missing.length === 0) return kept as Secrets
  const secrets = { ...kept }
  for (const name of missing) secrets[name] = newSecret(name)
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return secrets as Secrets
}

/** Standard Webhooks writes its keys as base64 after `whsec_`. */
function newSecret(name: string): string {
  return name === 'paymentsWebhook'
    ? `whsec_${randomBytes(32).toString('base64')}`
    : randomBytes(32).toString('base64url')
}
