import { fileURLToPath } from 'node:url'
import { assertMigrated, createDatabase, sql } from '@guichet/database'
import { type Bus, connectBus, startRelay, subscribe } from '@guichet/messaging'
import { addDeadLetterRoutes } from '@guichet/messaging/dead-letter-routes'
import {
  createLog,
  createRateLimits,
  createSealing,
  createServer,
  createServiceClient,
  createTokenCutoffs,
  createVerifier,
  type ServiceClient,
  type Verify,
} from '@guichet/server'
import type { Config, Secrets } from './config.ts'
import { messageHandlers } from './consumers/handlers.ts'
import type { Context } from './context.ts'
import type { Schema } from './db.ts'
import { addRoutes } from './http.ts'
import { checkPendingPayments } from './jobs/check-pending-payments.ts'
import { continueRefundRuns } from './jobs/continue-refund-runs.ts'
import { expireHolds } from './jobs/expire-holds.ts'
import { finishRefunds } from './jobs/finish-refunds.ts'
import { forgetKeys } from './jobs/forget-keys.ts'
import { forgetWaiting } from './jobs/forget-waiting.ts'
import { startJob } from './jobs/loop.ts'
import { offerWaiting } from './jobs/offer-waiting.ts'
import { reconcileDaily } from './jobs/reconcile-daily.ts'
import { reconcileRequested } from './jobs/reconcile-requested.ts'
import { refundCancelledEvents } from './jobs/refund-cancelled-events.ts'

import { settleTransfers } from './jobs/settle-transfers.ts'

import { createHoldAllowance } from './orders/hold-allowance.ts'

import { createOrderSecrets } from './orders/order-secret.ts'
import { createSellingAccounts } from './payment-accounts/offered.ts'
import { createAdapter, type Surroundings } from './payments/adapters.ts'
import type { PaymentProvider } from './payments/provider.ts'
import { createSimulatedProvider } from './payments/providers/simulated.ts'
import { createProviders } from './payments/providers.ts'
import { settleTogether } from './payments/settle-together.ts'
import { access } from './permissions.ts'
import { problems } from './problems.ts'
import { POLICIES } from './rate-limits.ts'
import { createBatcher } from './stock/batcher.ts'
import { isOutage } from './stock/outage.ts'
import { createStock } from './stock/stock.ts'
import { createTicketCodes } from './tickets/ticket-code.ts'
import { createTicketPrinter } from './tickets/ticket-printer.ts'

export const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url))
const JOBS = [
  expireHolds,
  checkPendingPayments,
  settleTransfers,
  finishRefunds,
  refundCancelledEvents,
  continueRefundRuns,
  offerWaiting,
  forgetWaiting,
  forgetKeys,
  reconcileDaily,
  reconcileRequested,
]
const DESCRIPTION = 'Ticket types, stock, orders, payments, refunds and tickets.'

/** One batch at a time has all that came meanwhile; a second one keeps the database busy while the first commits. */
const SETTLEMENTS = { sizeMax: 128, weightMax: 128, queueMax: 10_000, inFlightMax: 2 }

/** What a test may put in place of the real thing. */
export interface Overrides {
  /** Instead of the database's clock. */
  now?: () => Date
  bus?: Bus
  verifier?: Verify
  askEvents?: ServiceClient
  /** Wraps a provider, to lose an answer or die at a chosen moment. */
  provider?: (real: PaymentProvider) => PaymentProvider
  /** Where Stripe and PayPal are. */
  baseUrls?: Surroundings['baseUrls']
}

export function createTickets({ config, secrets }: { config: Config; secrets: Secrets }, overrides: Overrides = {}) {
  const log = createLog('tickets', config.logLevel)
  const db = createDatabase<Schema>(secrets.databaseUrl, {
    max: config.databaseConnectionsMax,
    onError: (error) => log.warn({ err: error }, 'an idle database connection died'),
  })
  const cutoffs = createTokenCutoffs(db)
  const stock = createStock({
    databaseUrl: secrets.databaseUrl,
    db,
    now: overrides.now,
    onError: (error) => log.warn({ err: error }, 'a connection for orders died'),
  })
  const context = createContext(config, secrets, { db, stock, log }, overrides)
  const app = createServer({
    service: 'tickets',
    version: '0.1.0',
    description: DESCRIPTION,
    problems,
    access,
    verifier:
      overrides.verifier ??
      createVerifier({
        issuer: config.publicUrl,
        audience: 'tickets',
        jwks: new URL(config.jwksUrl),
        isStale: cutoffs.isStale,
      }),
    ready: { database: async () => void (await sql`select 1`.execute(db)) },
    log,
    trustProxy: config.trustProxy,
  })
  addRoutes(app, context)
  let bus: Bus | undefined
  app.after(() => addDeadLetterRoutes(app, { queues: ['tickets'], bus: () => bus }))
  const handlers = messageHandlers(cutoffs)
  const running: (() => Promise<unknown>)[] = []

  return {
    app,
    context,
    handlers,
    isStale: cutoffs.isStale,
    async start(): Promise<{ url: string }> {
      await assertMigrated(db, MIGRATIONS)
      await cutoffs.start()
      const connected = overrides.bus ?? connectBus(secrets.busUrl, { log })
      bus = connected
      const consumer = subscribe({ bus: connected, db, queue: 'tickets', handlers, log })
      const relay = startRelay({ db, bus: connected, log, source: 'tickets', metrics: app.metrics })
      const jobs = JOBS.map((job) => startJob(context, job))
      running.push(
        () => Promise.all([consumer.stop(), ...jobs.map((job) => job.stop())]),
        () => relay.stop(),
        () => connected.close(),
      )
      const url = await app.listen({ host: config.host, port: config.port })
      log.info({ url }, 'tickets is up')
      return { url }
    },
    /** New requests are refused, those in work end, then the jobs, then the connections. */
    async stop(): Promise<void> {
      await app.close()
      for (const end of running.splice(0)) await end()
      cutoffs.stop()
      await context.settlements.idle()
      await context.ticketPrinter.close()
      await stock.stop()
      await db.destroy()
    },
  }
}

function createContext(
  config: Config,
  secrets: Secrets,
  { db, stock, log }: Pick<Context, 'db' | 'stock' | 'log'>,
  overrides: Overrides,
): Context {
  const { now, provider: wrap = (real) => real } = overrides
  const simulated =
    config.simulatedUrl && secrets.simulatedApiKey && secrets.simulatedWebhookSecret
      ? createSimulatedProvider({
          url: config.simulatedUrl,
          apiKey: secrets.simulatedApiKey,
          webhookSecret: secrets.simulatedWebhookSecret,
          webhookUrl: `${config.selfUrl}/v1/payment-webhooks/simulated`,
        })
      : undefined
  const sealing = createSealing('payment-account', secrets.sealingSecret, secrets.previousSealingSecret)
  const context: Context = {
    config,
    db,
    stock,
    settlements: createBatcher({
      run: (settlements) => settleTogether(context, settlements),
      isOutage,
      ...SETTLEMENTS,
    }),
    log,
    time: now
      ? async () => now()
      : async (any) => {
          const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(any)
          return rows[0]?.now ?? new Date(Number.NaN)
        },
    providers: createProviders({
      sealing,
      simulated: simulated && wrap(simulated),
      create: (account) => wrap(createAdapter(account, { db, nowMs: Date.now, baseUrls: overrides.baseUrls ?? {} })),
    }),
    sealing,
    sellingAccounts: createSellingAccounts(),
    askEvents:
      overrides.askEvents ??
      createServiceClient({
        accountsUrl: config.accountsUrl,
        clientId: 'tickets',
        clientSecret: secrets.clientSecret,
        audience: 'events',
        baseUrl: config.eventsUrl,
      }),
    orderSecrets: createOrderSecrets(secrets.orderSecret),
    ticketCodes: createTicketCodes(secrets.signingSecret),
    ticketPrinter: createTicketPrinter(),
    limits: createRateLimits(POLICIES),
    allowances: {
      account: createHoldAllowance({ max: config.holdsPerAccount, seconds: config.holdSeconds }),
      address: createHoldAllowance({ max: config.holdsPerAddress, seconds: config.holdSeconds }),
    },
  }
  return context
}
