import { fileURLToPath } from 'node:url'
import { assertMigrated, createDatabase, sql } from '@guichet/database'
import { type Bus, type Consumer, connectBus, startRelay } from '@guichet/messaging'
import { addDeadLetterRoutes } from '@guichet/messaging/dead-letter-routes'
import {
  type App,
  createLog,
  createServiceClient,
  createTokenCutoffs,
  createVerifier,
  type Verify,
} from '@guichet/server'
import type { PublicHostRules } from '@guichet/server/public-hosts'
import type { FastifyBaseLogger } from 'fastify'
import { Webhook } from 'standardwebhooks'
import type { Config, Secrets } from './config.ts'
import { createKeys } from './consent/address-key.ts'
import { startConsuming } from './consumers.ts'
import type { Context } from './context.ts'
import type { Schema } from './db.ts'
import { createOutages } from './deliveries/outages.ts'
import { createSlowDomains } from './deliveries/slow-domains.ts'
import { createHttp } from './http.ts'
import { startAnnouncing } from './jobs/announce.ts'
import { startBeginning } from './jobs/begin-due.ts'
import { startForgetting } from './jobs/forget.ts'
import type { Job } from './jobs/job.ts'
import { startBulk } from './jobs/send-bulk.ts'
import { startSending } from './jobs/send-deliveries.ts'
import { createMailer } from './mail/mailer.ts'
import { watchMailbox } from './mail-events/mailbox/watch-mailbox.ts'
import { takeReturnedMail } from './mail-events/take-returned-mail.ts'
import { listenToProvider } from './sms/listen-to-provider.ts'
import { createSms } from './sms/provider.ts'
import { readTwilioUrl } from './sms/twilio.ts'
import { startWebhooks } from './webhooks/start.ts'
import { createWebhookTools } from './webhooks/tools.ts'

export const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url))

export interface Overrides {
  now?: () => Date
  random?: () => number
  bus?: Bus
  verifier?: Verify
  /** Where webhooks may go, and who finds the way. */
  webhookHosts?: PublicHostRules
  log?: FastifyBaseLogger
}

export interface Notifications {
  app: App
  context: Context
  start(): Promise<{ url: string }>
  stop(): Promise<void>
}

/** The whole service, not yet running. Needs only its database to start; all else may be away. */
export function createNotifications(
  { config, secrets }: { config: Config; secrets: Secrets },
  overrides: Overrides = {},
): Notifications {
  const log = overrides.log ?? createLog('notifications', config.logLevel)
  const now = overrides.now ?? (() => new Date())
  const db = createDatabase<Schema>(secrets.databaseUrl, {
    max: config.sendersMax * 2 + 6,
    onError: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  const cutoffs = createTokenCutoffs(db)
  const peer = (audience: string, baseUrl: string, timeoutMs = 2_000) =>
    createServiceClient({
      accountsUrl: config.accountsUrl,
      clientId: 'notifications',
      clientSecret: secrets.clientSecret,
      audience,
      baseUrl,
      timeoutMs,
    })
  const context: Context = {
    config,
    db,
    log,
    now,
    random: overrides.random ?? Math.random,
    tickets: peer('tickets', config.ticketsUrl),
    ticketFiles: peer('tickets', config.ticketsUrl, 15_000),
    accounts: peer('accounts', config.accountsUrl),
    mailer: createMailer({
      url: secrets.smtpUrl,
      sender: config.sender,
      // What is slow keeps its connection beside the ordinary ones.
      connectionsMax: config.sendersMax * 2,
      dkim: secrets.dkimKey && config.dkim ? { ...config.dkim, privateKey: secrets.dkimKey } : undefined,
    }),
    sms: createSms(secrets.smsUrl, { sender: config.sender.name, publicUrl: config.publicUrl, log, now }),
    smsReportToken: secrets.smsUrl?.startsWith('twilio:') ? readTwilioUrl(secrets.smsUrl).authToken : undefined,
    outages: createOutages(now),
    slowDomains: createSlowDomains(config.sendersMax, now),
    mailEvents: secrets.mailEventsSecret ? new Webhook(secrets.mailEventsSecret) : undefined,
    keys: createKeys(secrets.consentSecret ?? secrets.clientSecret),
    webhooks: createWebhookTools(config, secrets, overrides.webhookHosts),
  }
  const verifier =
    overrides.verifier ??
    createVerifier({
      issuer: config.publicUrl,
      audience: 'notifications',
      jwks: new URL(config.jwksUrl),
      isStale: cutoffs.isStale,
      now: () => now().getTime(),
    })
  const ready = { database: async () => void (await sql`select 1`.execute(db)) }
  const app = createHttp(context, { verifier, ready })

  let bus: Bus | undefined
  app.after(() => addDeadLetterRoutes(app, { queues: ['notifications', 'webhooks'], bus: () => bus }))
  let consumer: Consumer | undefined
  let jobs: Job[] = []

  return {
    app,
    context,
    async start() {
      await assertMigrated(db, MIGRATIONS)
      await cutoffs.start()
      const url = await app.listen({ host: config.host, port: config.port })
      bus = overrides.bus ?? connectBus(secrets.busUrl, { log })
      consumer = startConsuming(context, bus, cutoffs.handlers)
      jobs = [
        startRelay({ db, bus, log, source: 'notifications', metrics: app.metrics }),
        startSending(context),
        startAnnouncing(context),
        startBulk(context),
        startBeginning(context),
        startForgetting(context),
        startWebhooks(context, bus, overrides.bus ? undefined : secrets.busUrl),
      ]
      listenToProvider(context)
      const { bounceAddress, bounceSmtpPort, bounceSmtpCert: cert } = config
      const { bounceImapUrl, bounceSmtpKey: key } = secrets
      if (bounceAddress && bounceSmtpPort !== undefined) {
        const tls = cert && key ? { cert, key } : undefined
        jobs.push(await takeReturnedMail(context, { port: bounceSmtpPort, host: config.host, bounceAddress, tls }))
      }
      if (bounceImapUrl) jobs.push(watchMailbox(context, bounceImapUrl))
      log.info({ url }, 'ready')
      return { url }
    },
    async stop() {
      await Promise.all([app.close(), consumer?.stop(), ...jobs.map((job) => job.stop())])
      cutoffs.stop()
      context.mailer.close()
      await context.sms?.close?.()
      await bus?.close()
      await db.destroy()
    },
  }
}
