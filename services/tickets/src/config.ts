import { ConfigError, readSettings } from '@guichet/server'

export interface Config {
  environment: 'development' | 'production'
  host: string
  port: number
  publicUrl: string
  jwksUrl: string
  accountsUrl: string
  eventsUrl: string
  /** Where the payment provider reaches us. */
  selfUrl: string
  /** The simulated provider; none in production. */
  simulatedUrl: string | undefined
  /** How long places are kept for a buyer, and how much one extension adds. */
  holdSeconds: number
  extensionsMax: number
  /** Holds that one account, and one address of guests, may place within `holdSeconds`; 0: no limit. */
  holdsPerAccount: number
  holdsPerAddress: number
  /** How long places are kept for somebody on the waiting list. */
  offerSeconds: number
  databaseConnectionsMax: number
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
  trustProxy: string[]
  logLevel: string
}

/** Never logged. The two URLs hold passwords. */
export interface Secrets {
  databaseUrl: string
  busUrl: string
  clientSecret: string
  orderSecret: string
  signingSecret: string
  /** Seals the organizers' keys at their payment providers; the last one still opens what it sealed. */
  sealingSecret: string
  previousSealingSecret?: string | undefined
  /** Given together with `simulatedUrl`. */
  simulatedApiKey?: string | undefined
  simulatedWebhookSecret?: string | undefined
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Reads `TICKETS_*` and `GUICHET_ENV`; throws one ConfigError with all faults. */
export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const platform = readSettings(env, 'GUICHET_')
  const environment = platform.choice('ENV', ['development', 'production'], 'development')
  platform.finish()
  const settings = readSettings(env, 'TICKETS_')
  const port = settings.integer('PORT', 4103, { min: 0, max: 65_535 })
  const publicUrl = settings.url('PUBLIC_URL')
  const accountsUrl = settings.url('ACCOUNTS_URL')
  const simulatedUrl = settings.optionalUrl('SIMULATED_URL')
  if (simulatedUrl !== undefined && environment === 'production') {
    throw new ConfigError([
      'TICKETS_SIMULATED_URL is set: with GUICHET_ENV=production nobody may buy with simulated money',
    ])
  }
  const config: Config = {
    environment,
    host: settings.text('HOST', '127.0.0.1'),
    port,
    publicUrl,
    jwksUrl: settings.url('JWKS_URL', `${accountsUrl}/.well-known/jwks.json`),
    accountsUrl,
    eventsUrl: settings.url('EVENTS_URL'),
    selfUrl: settings.url('SELF_URL', `http://127.0.0.1:${port}`),
    simulatedUrl,
    holdSeconds: settings.integer('HOLD_SECONDS', 600, { min: 60, max: 3_600 }),
    extensionsMax: settings.integer('EXTENSIONS_MAX', 10, { min: 0, max: 10 }),
    holdsPerAccount: settings.integer('HOLDS_PER_ACCOUNT', 20, { min: 0, max: 1_000_000 }),
    holdsPerAddress: settings.integer('HOLDS_PER_ADDRESS', 200, { min: 0, max: 1_000_000 }),
    offerSeconds: settings.integer('OFFER_SECONDS', 14_400, { min: 60, max: 604_800 }),
    databaseConnectionsMax: settings.integer('DATABASE_CONNECTIONS', 10, { min: 2, max: 200 }),
    trustProxy: settings
      .text('TRUST_PROXY', 'loopback')
      .split(',')
      .map((address) => address.trim())
      .filter(Boolean),
    logLevel: settings.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
  }
  const secrets: Secrets = {
    databaseUrl: settings.url('DATABASE_URL'),
    busUrl: settings.text('BUS_URL'),
    clientSecret: settings.secret('CLIENT_SECRET'),
    orderSecret: settings.secret('ORDER_SECRET'),
    signingSecret: settings.secret('SIGNING_SECRET'),
    sealingSecret: settings.secret('SEALING_SECRET'),
    previousSealingSecret: settings.optional('PREVIOUS_SEALING_SECRET') && settings.secret('PREVIOUS_SEALING_SECRET'),
    simulatedApiKey: simulatedUrl && settings.secret('SIMULATED_API_KEY'),
    simulatedWebhookSecret: simulatedUrl && settings.secret('SIMULATED_WEBHOOK_SECRET'),
  }
  settings.finish()
  return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}
