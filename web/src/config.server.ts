import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** The only reader of the environment. */

export interface Config {
  host: string
  port: number
  /** Origin that visitors type, without a trailing slash. */
  publicUrl: string
  /** Whether notifications can send SMS, so that the checkout asks for a number. */
  offersSms: boolean
  /** Reverse proxies in front of us (addresses, networks, `loopback`, `uniquelocal`) whose X-Forwarded-For is believed. */
  trustProxy: string[]
  services: Record<ServiceName, string>
  /** Parts of the outside world shown on this origin (a laptop's inbox, a rehearsal of payment); absent in production. */
  sandbox: { inbox: string | null; payments: string | null; sms: string | null }
  /** Origins, besides ours, to which a checkout may send the buyer. */
  paymentOrigins: string[]
  logLevel: string
}

export interface Secrets {
  session: string
}

export const serviceNames = ['accounts', 'events', 'tickets', 'notifications'] as const
export type ServiceName = (typeof serviceNames)[number]

/** Every fault of the environment, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Where Stripe and PayPal have buyers pay. */
const HOSTED_PAGES = 'https://checkout.stripe.com,https://www.paypal.com,https://www.sandbox.paypal.com'

/** Reads `WEB_*`. Throws {@link ConfigError} with all faults; refuses short and example secrets. */
export function readConfig(env: Record<string, string | undefined>): { config: Config; secrets: Secrets } {
  const faults: string[] = []
  const url = (name: string) => {
    const value = env[name]
    if (value && URL.canParse(value) && /^https?:/.test(value)) return value.replace(/\/+$/, '')
    faults.push(value ? `${name} is not an http(s) URL` : `${name} is missing`)
    return ''
  }
  const optionalUrl = (name: string) => (env[name] ? url(name) : null)
  const port = Number(env.WEB_PORT ?? '4000')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) faults.push('WEB_PORT is not a port (0 to 65535)')
  const session = env.WEB_SESSION_SECRET || secretFile(env.WEB_SESSION_SECRET_FILE)
  if (session.length < 32) faults.push('WEB_SESSION_SECRET is missing or shorter than 32 characters')
  else if (new Set(session).size < 10 || /change|example|secret|password/i.test(session)) {
    faults.push('WEB_SESSION_SECRET looks like an example: use 32 random bytes')
  }
  const logLevel = env.WEB_LOG_LEVEL ?? 'info'
  if (!logLevels.includes(logLevel)) faults.push(`WEB_LOG_LEVEL is none of ${logLevels.join(', ')}`)
  const paymentOrigins = list(env.WEB_PAYMENT_ORIGINS ?? HOSTED_PAGES)
  for (const origin of paymentOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      faults.push(`WEB_PAYMENT_ORIGINS: "${origin}" is not an origin (https://pay.example)`)
    }
  }
  const trustProxy = list(env.WEB_TRUST_PROXY)
  for (const proxy of trustProxy) {
    if (!isNetwork(proxy)) faults.push(`WEB_TRUST_PROXY: "${proxy}" is no address and no network`)
  }
  const config: Config = {
    host: env.WEB_HOST ?? '127.0.0.1',
    port,
    publicUrl: url('WEB_PUBLIC_URL'),
    offersSms: env.WEB_OFFERS_SMS === 'yes',
    trustProxy,
    services: {
      accounts: url('WEB_ACCOUNTS_URL'),
      events: url('WEB_EVENTS_URL'),
      tickets: url('WEB_TICKETS_URL'),
      notifications: url('WEB_NOTIFICATIONS_URL'),
    },
    sandbox: {
      inbox: optionalUrl('WEB_INBOX_URL'),
      payments: optionalUrl('WEB_PAYMENTS_URL'),
      sms: optionalUrl('WEB_SMS_URL'),
    },
    paymentOrigins,
    logLevel,
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return { config: Object.freeze(config), secrets: Object.freeze({ session }) }
}

const list = (value: string | undefined) => (value ?? '').split(/[\s,]+/).filter(Boolean)

/** A secret as container platforms mount it; one that cannot be read is missing. */
function secretFile(path: string | undefined): string {
  try {
    return path ? readFileSync(path, 'utf8').trim() : ''
  } catch {
    return ''
  }
}

/** As proxy-addr takes it: `10.0.0.1`, `10.0.0.0/8`, or one of its names. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  const size = Number(bits ?? '1')
  return version > 0 && rest.length === 0 && Number.isInteger(size) && size >= 1 && size <= (version === 4 ? 32 : 128)
}

let current: { config: Config; secrets: Secrets } | undefined

/** The process's configuration, read once. */
export function configuration(): { config: Config; secrets: Secrets } {
  current ??= readConfig(process.env)
  return current
}
