import { createLog, createServiceClient, createVerifier, newUuid, parseId, toId } from '@guichet/server'
import { testBus, testClock, testDatabase, testTokens } from '@guichet/testkit'
import type { Config, Secrets } from '../src/config.ts'
import type { State } from '../src/kinds.ts'
import { KEEP_DEFAULTS } from '../src/retention/keep-config.ts'
import { createNotifications, type Notifications, type Overrides } from '../src/service.ts'
import { SMS_DEFAULTS } from '../src/sms/sms-config.ts'
import { type OrderAnswer, orderAnswer, type Peers, PUBLIC_URL } from './peers.ts'

export interface FixtureOptions {
  peers?: Peers
  smtpUrl?: string
  smsUrl?: string
  config?: Partial<Config>
  secrets?: Partial<Secrets>
  overrides?: Overrides
  /** Jobs and consumers run by default; without them only the API answers. */
  started?: boolean
}

/** A port where nothing listens: whoever should be there is away. */
export const NOWHERE = 'http://127.0.0.1:9'

/**
 * Lets peers take their time: one in this process that the machine holds up for two seconds is not away, and while the
 * test's clock stands still nobody would ask it again.
 */
export function bePatient({ context }: Notifications): void {
  const { accountsUrl, ticketsUrl } = context.config
  const own = { accountsUrl, clientId: 'notifications', clientSecret: 'of this test', timeoutMs: 60_000 }
  context.tickets = createServiceClient({ ...own, audience: 'tickets', baseUrl: ticketsUrl })
  context.accounts = createServiceClient({ ...own, audience: 'accounts', baseUrl: accountsUrl })
}

/** The service on a fresh database, with a clock that tests move, in this process. */
export async function startNotifications(options: FixtureOptions = {}) {
  const [database, tokens, bus, clock] = [
    await testDatabase('notifications'),
    await testTokens(PUBLIC_URL),
    testBus(),
    testClock(),
  ]
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: PUBLIC_URL,
    trustProxy: ['loopback'],
    jwksUrl: `${NOWHERE}/jwks.json`,
    accountsUrl: options.peers?.url ?? NOWHERE,
    ticketsUrl: options.peers?.url ?? NOWHERE,
    sender: { name: 'Guichet', address: 'tickets@guichet.localhost' },
    sendersMax: 4,
    // Tests move the clock by hours: a send that this machine holds up must not look like that of a dead process.
    leaseSeconds: 36_000,
    changeWaitSeconds: 0,
    bulkPerMinute: 60_000,
    bulkPerMinuteOfOrganizer: 60_000,
    webhookHosts: 'public',
    sms: SMS_DEFAULTS,
    keep: KEEP_DEFAULTS,
    logLevel: 'silent',
    ...options.config,
  }
  const secrets: Secrets = {
    databaseUrl: database.url,
    busUrl: 'amqp://127.0.0.1:9',
    clientSecret: 'a secret of this test that nobody else uses',
    smtpUrl: options.smtpUrl ?? 'smtp://127.0.0.1:9',
    smsUrl: options.smsUrl,
    ...options.secrets,
  }
  const service = createNotifications(
    { config, secrets },
    {
      now: clock.now,
      random: () => 0.5,
      bus,
      log: createLog('notifications', process.env.TEST_LOG ?? 'silent'),
      verifier: createVerifier({ issuer: PUBLIC_URL, audience: 'notifications', jwks: tokens.jwks }),
      ...options.overrides,
    },
  )
  bePatient(service)
  if (options.started ?? true) await service.start()
  await service.app.ready()

  return {
    ...service,
    bus,
    clock,
    tokens,
    db: service.context.db,
    databaseUrl: database.url,
    config,
    secrets,
    token: (memberships: Record<string, string>, admin = false) =>
      tokens.user({ audience: 'notifications', memberships, admin }),
    /** Announces an order, as tickets does. */
    async deliverOrder(order: OrderAnswer, type = 'tickets.order-confirmed.v1', id?: string) {
      const data = { orderId: order.id, eventId: order.eventId, organizerId: order.organizerId }
      return bus.deliver({ type, data, subject: order.id, ...(id ? { id } : {}) })
    },
    deliveries: () =>
      service.context.db
        .selectFrom('delivery')
        .select([
          'id',
          'kind',
          'channel',
          'state',
          'attempts',
          'last_error',
          'recipient_address',
          'recipient_name',
          'order_id',
          'event_id',
          'next_attempt_at',
          'lease',
        ])
        .orderBy('id')
        .execute(),
    async end() {
      await service.stop()
      await database.stop()
    },
  }
}

export type Fixture = Awaited<ReturnType<typeof startNotifications>>

/** An order that tickets knows. */
export function knownOrder(peers: Peers, changes: Record<string, unknown> = {}): OrderAnswer {
  const order = orderAnswer(changes)
  peers.orders.set(order.id, order)
  return order
}

/** A user that accounts can make a link for. */
export function knownUser(
  peers: Peers,
  page: string,
  changes: Partial<{ name: string; locale: string; email: string }> = {},
) {
  const userId = toId('usr', newUuid())
  const email = `user.${userId.slice(-10)}@example.org`
  const link = {
    url: `${PUBLIC_URL}/${changes.locale ?? 'en'}/${page}`,
    email,
    name: 'Ada Martin',
    locale: 'en',
    expiresAt: null as string | null,
    ...changes,
  }
  peers.links.set(userId, link)
  return { userId, link }
}

/** A delivery row as if its message had come, in any state. */
export async function addRow(
  fixture: Fixture,
  row: {
    organizerId?: string
    orderId?: string
    state?: State
    recipient?: string
    attempts?: number
    sms?: boolean
  } = {},
): Promise<string> {
  const id = newUuid()
  const orderUuid = row.orderId ? (parseId('ord', row.orderId) ?? newUuid()) : newUuid()
  const state = row.state ?? 'failed'
  const now = fixture.clock.now()
  await fixture.db
    .insertInto('delivery')
    .values({
      id,
      kind: row.organizerId ? 'order-confirmation' : 'password-reset',
      channel: row.sms ? 'sms' : 'email',
      source: id,
      recipient_key: id,
      priority: 0,
      state,
      attempts: row.attempts ?? 1,
      order_id: row.organizerId ? orderUuid : null,
      organizer_id: row.organizerId ? (parseId('org', row.organizerId) ?? null) : null,
      recipient_address: row.recipient ?? 'zoe@example.org',
      recipient_name: 'Zoë',
      language: 'en',
      last_error: state === 'failed' ? '550 No such mailbox here' : null,
      sent_at: ['sent', 'delivered', 'bounced'].includes(state) ? now : null,
      delivered_at: state === 'delivered' ? now : null,
      bounced_at: state === 'bounced' ? now : null,
      skip_reason: state === 'skipped' ? 'called-off' : null,
      next_attempt_at: new Date(now.getTime() + 3_600_000),
      created_at: now,
    })
    .execute()
  return toId('dlv', id)
}
