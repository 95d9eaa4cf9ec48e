import { readSettings } from '@guichet/server'

export interface Config {
  host: string
  port: number
  databaseConnections: number
  /** The public origin; also the issuer of the tokens and the base of every link in a mail. */
  publicUrl: string
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  trustProxy: string[]
  logLevel: string
}

/** Kept apart from the rest, so that no log of the configuration holds them. */
export interface Secrets {
  /** Both hold a password. */
  databaseUrl: string
  busUrl: string
  /** Wraps the signing keys and makes the refresh tokens; a new one ends every session. */
  secret: string
  clients: Record<'events' | 'tickets' | 'notifications', string>
}

export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const settings = readSettings(env, 'ACCOUNTS_')
  const config: Config = {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 4101, { min: 0, max: 65_535 }),
    databaseConnections: settings.integer('DATABASE_CONNECTIONS', 8, { min: 2, max: 200 }),
    publicUrl: settings.url('PUBLIC_URL'),
    trustProxy: settings
      .text('TRUST_PROXY', 'loopback')
      .split(',')
      .map((address) => address.trim())
      .filter(Boolean),
    logLevel: settings.choice('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  }
  const secrets: Secrets = {
    databaseUrl: settings.url('DATABASE_URL'),
    busUrl: settings.url('BUS_URL'),
    secret: settings.secret('SECRET'),
    clients: {
      events: settings.secret('CLIENT_SECRET_EVENTS'),
      tickets: settings.secret('CLIENT_SECRET_TICKETS'),
      notifications: settings.secret('CLIENT_SECRET_NOTIFICATIONS'),
    },
  }
  settings.finish()
  return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}
