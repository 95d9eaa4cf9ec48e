import { createHash } from 'node:crypto'
import { assertMigrated, createDatabase } from '@guichet/database'
import { type Bus, connectBus, startRelay } from '@guichet/messaging'
import { type App, createLog, createRateLimits } from '@guichet/server'
import type { FastifyBaseLogger } from 'fastify'
import type { Config, Secrets } from './config.ts'
import type { Context } from './context.ts'
import { type Db, MIGRATIONS, type Schema } from './db.ts'
import { createApp } from './http.ts'
import { startAnswering } from './jobs/answer-requests.ts'
import { purgeExpired } from './jobs/purge-expired.ts'
import type { Parameters } from './passwords/argon2id.ts'
import { createPasswordHasher } from './passwords/password-hasher.ts'
import { POLICIES, type RateLimits } from './rate-limits.ts'
import { createRefreshTokens } from './sessions/refresh-token.ts'
import { createSessionVerifier } from './sessions/session-verifier.ts'
import { deriveKey } from './signing/derive-key.ts'
import { createKeyring } from './signing/keyring.ts'
import { createFirstHashes } from './users/first-hashes.ts'

export interface Overrides {
  now?: () => Date
  bus?: Bus
  limits?: RateLimits
  passwordParameters?: Parameters
  log?: FastifyBaseLogger
}

export interface Accounts {
  app: App
  context: Context
  /** Reads the keys, then listens. Refuses a database that is not migrated. */
  start(): Promise<{ url: string }>
  stop(): Promise<void>
}

const RELOAD_KEYS_MS = 60_000
const PURGE_MS = 3_600_000

export function createAccounts(
  { config, secrets }: { config: Config; secrets: Secrets },
  overrides: Overrides = {},
): Accounts {
  const log = overrides.log ?? createLog('accounts', config.logLevel)
  const db: Db = createDatabase<Schema>(secrets.databaseUrl, {
    max: config.databaseConnections,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  })
  const now = overrides.now ?? (() => new Date())
  const keyring = createKeyring(db, deriveKey(secrets.secret, 'signing keys'), now)
  const stops: (() => void | Promise<void>)[] = []
  const context: Context = {
    config,
    clientSecretHashes: new Map(
      Object.entries(secrets.clients).map(([id, secret]) => [id, createHash('sha256').update(secret).digest()]),
    ),
    db,
    keyring,
    passwords: createPasswordHasher(overrides.passwordParameters),
    refreshTokens: createRefreshTokens(deriveKey(secrets.secret, 'refresh tokens')),
    limits: overrides.limits ?? createRateLimits(POLICIES),
    firstHash: createFirstHashes(),
    now,
    wake: () => undefined,
  }
  const app = createApp(context, createSessionVerifier(db, keyring, { issuer: config.publicUrl, now }), log)

  function every(milliseconds: number, what: string, work: () => Promise<void>): void {
    const run = () => work().catch((error: unknown) => log.warn({ err: error }, `${what} failed, trying again later`))
    const timer = setInterval(run, milliseconds)
    stops.push(() => clearInterval(timer))
  }

  return {
    app,
    context,
    async start() {
      await assertMigrated(db, MIGRATIONS)
      await keyring.load()
      const bus = overrides.bus ?? connectBus(secrets.busUrl, { log })
      const relay = startRelay({ db, bus, log, source: 'accounts', metrics: app.metrics })
      const answering = startAnswering(context, log)
      context.wake = answering.wake
      stops.push(
        answering.stop,
        () => relay.stop(),
        () => bus.close(),
      )
      every(RELOAD_KEYS_MS, 'reading the signing keys', () => keyring.load())
      every(PURGE_MS, 'purging', () => purgeExpired(context))
      const url = await app.listen({ host: config.host, port: config.port })
      log.info({ url }, 'accounts listens')
      return { url }
    },
    async stop() {
      await app.close()
      for (const stop of stops) await stop()
      await db.destroy()
    },
  }
}
