import { fileURLToPath } from 'node:url'
import { assertMigrated, createDatabase, sql } from '@guichet/database'
import { type Bus, connectBus, startRelay, subscribe } from '@guichet/messaging'
import { addDeadLetterRoutes } from '@guichet/messaging/dead-letter-routes'
import {
  type App,
  createLog,
  createServer,
  createServiceClient,
  createTokenCutoffs,
  createVerifier,
  type ServiceClient,
  type VerifierOptions,
} from '@guichet/server'
import type { Config, Secrets } from './config.ts'
import type { Context } from './context.ts'
import type { Schema } from './db.ts'
import { registerRoutes } from './http.ts'
import { createPictureFetcher, type FetcherOptions } from './images/fetch-picture.ts'
import { startForgettingKeys } from './jobs/forget-keys.ts'
import { access } from './permissions.ts'
import { problems } from './problems.ts'

export const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url))
export const SERVICE = 'events'

export interface Overrides {
  now?: () => Date
  bus?: Bus
  jwks?: VerifierOptions['jwks']
  tickets?: ServiceClient
  pictures?: FetcherOptions
}

export interface EventsService {
  app: App
  context: Context
  start(): Promise<{ url: string }>
  stop(): Promise<void>
}

export function createEvents(
  { config, secrets }: { config: Config; secrets: Secrets },
  overrides: Overrides = {},
): EventsService {
  const log = createLog(SERVICE, config.logLevel)
  const now = overrides.now ?? (() => new Date())
  const db = createDatabase<Schema>(secrets.databaseUrl, {
    max: config.databaseConnections,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  })
  const cutoffs = createTokenCutoffs(db)
  const pictures = createPictureFetcher({ allowPrivateHosts: config.allowPrivateImageHosts, ...overrides.pictures })
  const tickets =
    overrides.tickets ??
    createServiceClient({
      accountsUrl: config.accountsUrl,
      clientId: SERVICE,
      clientSecret: secrets.clientSecret,
      audience: 'tickets',
      baseUrl: config.ticketsUrl,
    })
  const context: Context = { config, db, log, now, pictures, tickets }
  const app = createServer({
    service: SERVICE,
    version: '0.1.0',
    description: 'Events, their pictures, publication and search.',
    problems,
    access,
    verifier: createVerifier({
      issuer: config.publicUrl,
      audience: SERVICE,
      jwks: overrides.jwks ?? new URL(config.jwksUrl),
      isStale: cutoffs.isStale,
      now: () => now().getTime(),
    }),
    ready: { database: async () => void (await sql`select 1`.execute(db)) },
    log,
  })
  registerRoutes(app, context)
  let bus: Bus | undefined
  app.after(() => addDeadLetterRoutes(app, { queues: [SERVICE], bus: () => bus }))

  let stopWork = async () => {}
  return {
    app,
    context,
    async start() {
      await assertMigrated(db, MIGRATIONS)
      await cutoffs.start()
      const connected = overrides.bus ?? connectBus(secrets.busUrl, { log })
      bus = connected
      const relay = startRelay({ db, bus: connected, log, source: SERVICE, metrics: app.metrics })
      const consumer = subscribe<Schema>({ bus: connected, db, queue: SERVICE, handlers: cutoffs.handlers, log })
      const stopForgetting = startForgettingKeys(context)
      stopWork = async () => {
        await stopForgetting()
        await consumer.stop()
        await relay.stop()
        await connected.close()
      }
      const url = await app.listen({ host: config.host, port: config.port })
      log.info({ url }, 'listening')
      return { url }
    },
    async stop() {
      await app.close()
      await stopWork()
      cutoffs.stop()
      await pictures.close()
      await db.destroy()
    },
  }
}
