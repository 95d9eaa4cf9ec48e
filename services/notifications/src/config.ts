import { ConfigError, readSettings, type Settings } from '@guichet/server'
import { parseQuietHours, type QuietHours } from './consent/quiet-hours.ts'
import { parseSender, type Sender } from './mail/address.ts'

export interface Config {
  host: string
  port: number
  /** The origin that people type; also the issuer of tokens. */
  publicUrl: string
  jwksUrl: string
  accountsUrl: string
  ticketsUrl: string
  sender: Sender
  /** Messages under way at the same time, and connections to the mail server, at most. */
  sendersMax: number
  /** How long one process may work on a message before another takes it over. */
  leaseSeconds: number
  /** Local hours in which only what cannot wait is sent; undefined: none. */
  quietHours?: QuietHours | undefined
  logLevel: string
}

/** Never logged. */
export interface Secrets {
  databaseUrl: string
  busUrl: string
  clientSecret: string
  /** May hold a password. */
  smtpUrl: string
  /** Without it, no SMS is ever planned. */
  smsUrl: string | undefined
  /** Signs the links in messages and hashes addresses; `clientSecret` when there is none. Changing it breaks links. */
  consentSecret?: string | undefined
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Reads the environment (`NOTIFICATIONS_…`); throws a ConfigError that names all faults. */
export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const read = readSettings(env, 'NOTIFICATIONS_')
  const sender = parseSender(read.text('MAIL_FROM', 'Guichet <tickets@guichet.localhost>'))
  const quietHours = read.text('QUIET_HOURS', '21-8')
  const config: Config = {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 4104, { min: 0, max: 65_535 }),
    publicUrl: read.url('PUBLIC_URL'),
    jwksUrl: read.url('JWKS_URL'),
    accountsUrl: read.url('ACCOUNTS_URL'),
    ticketsUrl: read.url('TICKETS_URL'),
    sender: sender ?? { name: '', address: '' },
    sendersMax: read.integer('SENDERS_MAX', 8, { min: 1, max: 64 }),
    leaseSeconds: read.integer('LEASE_SECONDS', 60, { min: 2, max: 600 }),
    quietHours: parseQuietHours(quietHours),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
  }
  const secrets: Secrets = {
    databaseUrl: read.url('DATABASE_URL'),
    busUrl: read.url('BUS_URL'),
    clientSecret: read.secret('CLIENT_SECRET'),
    smtpUrl: read.url('SMTP_URL'),
    smsUrl: read.optionalUrl('SMS_URL'),
    consentSecret: read.optional('CONSENT_SECRET') === undefined ? undefined : read.secret('CONSENT_SECRET'),
  }
  const faults = sender ? [] : ['NOTIFICATIONS_MAIL_FROM must be like "Guichet <tickets@shop.org>"']
  if (!config.quietHours && quietHours !== 'none') {
    faults.push('NOTIFICATIONS_QUIET_HOURS must be like "21-8", or "none"')
  }
  if (!/^(smtps?:|$)/.test(secrets.smtpUrl)) faults.push('NOTIFICATIONS_SMTP_URL must begin with smtp:// or smtps://')
  if (!/^(https?:|file:|$)/.test(secrets.smsUrl ?? '')) {
    faults.push('NOTIFICATIONS_SMS_URL must begin with http://, https:// or file://')
  }
  finish(read, faults)
  return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}

/** All faults in one error: those that the reader found, and ours. */
function finish(read: Settings, own: string[]): void {
  try {
    read.finish()
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError([...error.faults, ...own])
    throw error
  }
  if (own.length > 0) throw new ConfigError(own)
}
