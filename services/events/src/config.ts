import { readSettings } from '@guichet/server'

export interface Config {
  host: string
  port: number
  publicUrl: string
  jwksUrl: string
  accountsUrl: string
  ticketsUrl: string
  logLevel: string
  databaseConnections: number
  /** Fetch pictures from this machine's own network too: for tests only. */
  allowPrivateImageHosts: boolean
  /** How long the answer to an Idempotency-Key is kept. */
  keepKeysDays: number
}

export interface Secrets {
  databaseUrl: string
  busUrl: string
  clientSecret: string
}

export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const settings = readSettings(env, 'EVENTS_')
  const accountsUrl = settings.url('ACCOUNTS_URL')
  const config: Config = {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 4002, { min: 0, max: 65_535 }),
    publicUrl: settings.url('PUBLIC_URL'),
    jwksUrl: settings.url('JWKS_URL', accountsUrl === '' ? undefined : `${accountsUrl}/.well-known/jwks.json`),
    accountsUrl,
    ticketsUrl: settings.url('TICKETS_URL'),
    logLevel: settings.choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    databaseConnections: settings.integer('DATABASE_CONNECTIONS', 8, { min: 2, max: 100 }),
    allowPrivateImageHosts: settings.choice('ALLOW_PRIVATE_IMAGE_HOSTS', ['no', 'yes'], 'no') === 'yes',
    keepKeysDays: settings.integer('KEEP_KEYS_DAYS', 31, { min: 1, max: 36_500 }),
  }
  const secrets: Secrets = {
    databaseUrl: settings.url('DATABASE_URL'),
    busUrl: settings.url('BUS_URL'),
    clientSecret: settings.secret('CLIENT_SECRET'),
  }
  settings.finish()
  return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}
