import { createPrivateKey } from 'node:crypto'
import { ConfigError, readSettings, type Settings } from '@guichet/server'
import { parseQuietHours, type QuietHours } from './consent/quiet-hours.ts'
import { isAddress, parseSender, type Sender } from './mail/address.ts'
import { faultsOfReturns } from './mail-events/returns-config.ts'
import { type KeepConfig, readKeepConfig } from './retention/keep-config.ts'
import { faultOfSmsUrl, readSmsConfig, type SmsConfig } from './sms/sms-config.ts'

export interface Config {
  host: string
  port: number
  /** The origin that people type; also the issuer of tokens. */
  publicUrl: string
  /** Whose `X-Forwarded-For` is believed, so that visitors are counted apart. */
  trustProxy: string[]
  jwksUrl: string
  accountsUrl: string
  ticketsUrl: string
  sender: Sender
  /** Where undeliverable mail comes back to; the message's mark is put before its @. Without it, to the sender. */
  bounceAddress?: string | undefined
  /** Names the public key in the DNS: `<keySelector>._domainkey.<domainName>`. */
  dkim?: { domainName: string; keySelector: string } | undefined
  /** Takes mail for the bounce address on this port; undefined: nobody listens. */
  bounceSmtpPort?: number | undefined
  /** PEM: what the port shows to servers that ask for TLS. */
  bounceSmtpCert?: string | undefined
  /** Messages under way at the same time, and connections to the mail server, at most. */
  sendersMax: number
  /** How long one process may work on a message before another takes it over. */
  leaseSeconds: number
  /** How long an organizer's changes of an event are gathered, so that attendees get one mail about them. */
  changeWaitSeconds: number
  /** Local hours in which only what cannot wait is sent; undefined: none. */
  quietHours?: QuietHours | undefined
  sms: SmsConfig
  /** Messages to many a minute, of all organizers together and of one. */
  bulkPerMinute: number
  bulkPerMinuteOfOrganizer: number
  /** Where webhooks may go: public hosts by https, or, on a laptop, anywhere. */
  webhookHosts: 'public' | 'any'
  keep: KeepConfig
  logLevel: string
}

/** Never logged. */
export interface Secrets {
  databaseUrl: string
  busUrl: string
  clientSecret: string
  /** May hold a password. */
  smtpUrl: string
  /** Keeps the secrets of organizers' webhooks readable to us alone; `clientSecret` when there is none. */
  sealingSecret?: string | undefined
  /** The one before, for what it sealed. */
  previousSealingSecret?: string | undefined
  /** The SMS provider, see sms/provider.ts. Without it, no SMS is ever planned. */
  smsUrl: string | undefined
  /** A mailbox to which undeliverable mail comes back; see mail-events/mailbox. Holds a password. */
  bounceImapUrl?: string | undefined
  /** PEM, of the certificate. */
  bounceSmtpKey?: string | undefined
  /** PEM; without it, mails are not signed here. */
  dkimKey?: string | undefined
  /** `whsec_…`: who tells us what became of mails signs with it (Standard Webhooks). */
  mailEventsSecret?: string | undefined
  /** Signs the links in messages and hashes addresses; `clientSecret` when there is none. Changing it breaks links. */
  consentSecret?: string | undefined
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Reads the environment (`NOTIFICATIONS_…`); throws a ConfigError that names all faults. */
export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const read = readSettings(env, 'NOTIFICATIONS_')
  const sender = parseSender(read.text('MAIL_FROM', 'Guichet <tickets@guichet.localhost>'))
  const quietHours = read.text('QUIET_HOURS', '21-8')
  const smsFaults: string[] = []
  const config: Config = {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 4104, { min: 0, max: 65_535 }),
    publicUrl: read.url('PUBLIC_URL'),
    trustProxy: read
      .text('TRUST_PROXY', 'loopback')
      .split(',')
      .map((address) => address.trim())
      .filter(Boolean),
    jwksUrl: read.url('JWKS_URL'),
    accountsUrl: read.url('ACCOUNTS_URL'),
    ticketsUrl: read.url('TICKETS_URL'),
    sender: sender ?? { name: '', address: '' },
    bounceAddress: read.optional('BOUNCE_ADDRESS'),
    dkim: {
      domainName: read.text('DKIM_DOMAIN', sender?.address.split('@')[1] ?? ''),
      keySelector: read.text('DKIM_SELECTOR', 'guichet'),
    },
    bounceSmtpPort: read.optional('BOUNCE_SMTP_PORT')
      ? read.integer('BOUNCE_SMTP_PORT', 0, { min: 0, max: 65_535 })
      : undefined,
    bounceSmtpCert: read.optional('BOUNCE_SMTP_CERT'),
    sendersMax: read.integer('SENDERS_MAX', 8, { min: 1, max: 64 }),
    leaseSeconds: read.integer('LEASE_SECONDS', 60, { min: 2, max: 600 }),
    changeWaitSeconds: read.integer('CHANGE_WAIT_SECONDS', 180, { min: 0, max: 3_600 }),
    quietHours: parseQuietHours(quietHours),
    sms: readSmsConfig(read, smsFaults),
    bulkPerMinute: read.integer('BULK_PER_MINUTE', 3_000, { min: 1, max: 600_000 }),
    bulkPerMinuteOfOrganizer: read.integer('BULK_PER_MINUTE_OF_ORGANIZER', 1_500, { min: 1, max: 600_000 }),
    webhookHosts: read.choice('WEBHOOK_HOSTS', ['public', 'any'], 'public'),
    keep: readKeepConfig(read),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
  }
  const secrets: Secrets = {
    databaseUrl: read.url('DATABASE_URL'),
    busUrl: read.url('BUS_URL'),
    clientSecret: read.secret('CLIENT_SECRET'),
    smtpUrl: read.url('SMTP_URL'),
    sealingSecret: read.optional('SEALING_SECRET') && read.secret('SEALING_SECRET'),
    previousSealingSecret: read.optional('PREVIOUS_SEALING_SECRET') && read.secret('PREVIOUS_SEALING_SECRET'),
    smsUrl: read.optionalUrl('SMS_URL'),
    bounceImapUrl: read.optionalUrl('BOUNCE_IMAP_URL'),
    bounceSmtpKey: read.optional('BOUNCE_SMTP_KEY'),
    dkimKey: read.optional('DKIM_KEY'),
    mailEventsSecret: read.optional('MAIL_EVENTS_SECRET'),
    consentSecret: read.optional('CONSENT_SECRET') === undefined ? undefined : read.secret('CONSENT_SECRET'),
  }
  const faults = sender ? [] : ['NOTIFICATIONS_MAIL_FROM must be like "Guichet <tickets@shop.org>"']
  if (!config.quietHours && quietHours !== 'none') {
    faults.push('NOTIFICATIONS_QUIET_HOURS must be like "21-8", or "none"')
  }
  if (!/^(smtps?:|$)/.test(secrets.smtpUrl)) faults.push('NOTIFICATIONS_SMTP_URL must begin with smtp:// or smtps://')
  if (secrets.dkimKey && !isPrivateKey(secrets.dkimKey)) {
    faults.push('NOTIFICATIONS_DKIM_KEY must be an RSA private key (PEM)')
  }
  faults.push(...faultsOfReturns(config, secrets))
  if (config.bounceAddress && !isAddress(config.bounceAddress)) {
    faults.push('NOTIFICATIONS_BOUNCE_ADDRESS must be an address like bounces@shop.org')
  }
  if (secrets.mailEventsSecret && !/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secrets.mailEventsSecret)) {
    faults.push('NOTIFICATIONS_MAIL_EVENTS_SECRET must be like whsec_ and 24 to 64 random bytes in base64')
  }
  const smsFault = secrets.smsUrl && URL.canParse(secrets.smsUrl) && faultOfSmsUrl(secrets.smsUrl)
  faults.push(...smsFaults, ...(smsFault ? [smsFault] : []))
  if (env.GUICHET_ENV === 'production' && config.webhookHosts === 'any') {
    faults.push('NOTIFICATIONS_WEBHOOK_HOSTS=any lends organizers our network: not with GUICHET_ENV=production')
  }
  finish(read, faults)
  return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
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
