import type { ServiceClient } from '@guichet/server'
import type { FastifyBaseLogger } from 'fastify'
import type { Webhook } from 'standardwebhooks'
import type { Config } from './config.ts'
import type { Keys } from './consent/address-key.ts'
import type { Db } from './db.ts'
import type { Outages } from './deliveries/outages.ts'
import type { SlowDomains } from './deliveries/slow-domains.ts'
import type { Mailer } from './mail/mailer.ts'
import type { SmsProvider } from './sms/provider.ts'
import type { WebhookTools } from './webhooks/tools.ts'

/** What routes, consumers and jobs may use. */
export interface Context {
  config: Config
  db: Db
  log: FastifyBaseLogger
  now: () => Date
  /** From 0 to 1, as Math.random. */
  random: () => number
  tickets: ServiceClient
  /** The same, with patience: a file takes its time, and must not make the service seem away. */
  ticketFiles: ServiceClient
  accounts: ServiceClient
  mailer: Mailer
  sms: SmsProvider | undefined
  /** Verifies what Twilio tells; undefined: nobody may. */
  smsReportToken: string | undefined
  outages: Outages
  slowDomains: SlowDomains
  /** Verifies what the mail provider tells; undefined: nobody may. */
  mailEvents: Webhook | undefined
  /** Signs links, and finds addresses again that are not kept. */
  keys: Keys
  webhooks: WebhookTools
}
