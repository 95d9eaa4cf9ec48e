import { environmentReader } from '../environment.ts'

export type Config = {
  host: string
  port: number
  /** Folder that holds `journal.jsonl`. */
  journal: string
  apiKey: string
  /** Standard Webhooks secret: `whsec_` and base64 of at least 24 bytes. */
  webhookSecret: string
  /** Where a browser finds this process, without a trailing slash; its path is where a proxy mounts us. */
  publicUrl: string
  /** How long "pay slowly" stays in `processing`. */
  settleSeconds: number
  control: boolean
  logLevel: string
}

export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = environmentReader(environment)
  const config: Config = {
    host: read.text('PAYMENTS_HOST', '127.0.0.1'),
    port: read.port('PAYMENTS_PORT'),
    journal: read.text('PAYMENTS_JOURNAL'),
    apiKey: read.text('PAYMENTS_API_KEY'),
    webhookSecret: read.text('PAYMENTS_WEBHOOK_SECRET'),
    publicUrl: read.text('PAYMENTS_PUBLIC_URL').replace(/\/+$/, ''),
    settleSeconds: Number(read.text('PAYMENTS_SETTLE_SECONDS', '4')),
    control: read.control,
    logLevel: read.logLevel,
  }
  if (environment.GUICHET_ENV === 'production') {
    read.fault('GUICHET_ENV is production: nobody may buy with simulated money')
  }
  if (config.apiKey && config.apiKey.length < 32) read.fault('PAYMENTS_API_KEY is shorter than 32 characters')
  if (config.webhookSecret && !isWebhookSecret(config.webhookSecret)) {
    read.fault('PAYMENTS_WEBHOOK_SECRET is not whsec_ followed by base64 of at least 24 bytes')
  }
  if (config.publicUrl && !/^https?:\/\/[^?#]+$/.test(config.publicUrl)) {
    read.fault('PAYMENTS_PUBLIC_URL is not an http(s) address')
  }
  if (!(config.settleSeconds >= 0)) read.fault('PAYMENTS_SETTLE_SECONDS is not a number of seconds')
  read.done()
  return config
}

function isWebhookSecret(secret: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  return base64 !== undefined && base64.length % 4 === 0 && Buffer.from(base64, 'base64').length >= 24
}
