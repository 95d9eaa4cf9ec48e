import { randomUUID } from 'node:crypto'
import { inTransaction, sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import { createVerifier, newUuid, toId } from '@guichet/server'
import { freePort, newOrganizerId, newUserId, testClock, testDatabase, testTokens } from '@guichet/testkit'
import type { InjectOptions } from 'fastify'
import type { Config, Secrets } from '../src/config.ts'
import type { EventFacts } from '../src/events/event.ts'
import { createTickets, type Overrides } from '../src/service.ts'

export const ISSUER = 'http://localhost:4000'

export const SECRETS = {
  clientSecret: 'q7Zk0d3sV1m9Xc4bN8tL2wR6yH5jF0gA',
  orderSecret: 'b1S9fK3xD7qW0eR5tY2uI8oP4aL6zM0n',
  signingSecret: 'h4J8kL1zX5cV9bN3mQ7wE2rT6yU0iO4p',
  sealingSecret: 'u2W5eR8tY1iO4pA7sD0fG3hJ6kL9zX2c',
  simulatedApiKey: 'pK7dS2fG6hJ1kL5zX9cV3bN8mQ4wE0rT',
  simulatedWebhookSecret: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
}

export interface FixtureOptions {
  overrides?: Omit<Overrides, 'now' | 'verifier'>
  config?: Partial<Config>
  /** Listens on a real port, so that the payment provider's webhooks arrive. */
  listen?: boolean
}

/** The service on its own database, without its jobs: tests run these when they want. The clock moves by hand. */
export async function startTickets(options: FixtureOptions = {}) {
  const database = await testDatabase('tickets')
  const tokens = await testTokens(ISSUER)
  const clock = testClock()
  const port = await freePort()
  const config: Config = {
    environment: 'development',
    host: '127.0.0.1',
    port,
    publicUrl: ISSUER,
    jwksUrl: `${ISSUER}/.well-known/jwks.json`,
    accountsUrl: 'http://127.0.0.1:9',
    eventsUrl: 'http://127.0.0.1:9',
    selfUrl: `http://127.0.0.1:${port}`,
    simulatedUrl: 'http://127.0.0.1:9',
    holdSeconds: 600,
    extensionsMax: 10,
    holdsPerAccount: 0,
    holdsPerAddress: 0,
    offerSeconds: 14_400,
    databaseConnectionsMax: 10,
    trustProxy: ['loopback'],
    logLevel: 'silent',
    ...options.config,
  }
  const secrets: Secrets = { databaseUrl: database.url, busUrl: 'postgres://127.0.0.1:9/none', ...SECRETS }
  const service: ReturnType<typeof createTickets> = createTickets(
    { config, secrets },
    {
      now: clock.now,
      verifier: createVerifier({
        issuer: ISSUER,
        audience: 'tickets',
        jwks: tokens.jwks,
        isStale: (userId, issuedAt) => service.isStale(userId, issuedAt),
      }),
      ...options.overrides,
    },
  )
  if (options.listen) await service.app.listen({ host: config.host, port })
  await service.app.ready()
  const { app, context, handlers } = service

  /** Sends a request; a write gets an Idempotency-Key of its own unless the headers name one. */
  async function call(method: NonNullable<InjectOptions['method']>, url: string, more: CallOptions = {}) {
    const headers: Record<string, string> = { ...more.headers }
    if (more.token) headers.authorization = `Bearer ${more.token}`
    if (more.secret) headers['order-secret'] = more.secret
    if (method === 'POST' && !('idempotency-key' in headers)) headers['idempotency-key'] = randomUUID()
    if (headers['idempotency-key'] === '') delete headers['idempotency-key']
    return app.inject({ method, url, headers, ...(more.body === undefined ? {} : { payload: more.body as object }) })
  }

  /** Hands a message to its consumer, as the bus would. */
  async function deliver(type: string, data: object): Promise<void> {
    const handler = handlers[type]
    if (!handler) throw new Error(`Nobody listens to ${type}`)
    const message: Message = {
      specversion: '1.0',
      id: randomUUID(),
      source: type.split('.')[0] ?? '',
      type,
      subject: 'test',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data,
    }
    await inTransaction(context.db, (tx) => handler(tx, message))
  }

  /** What was announced about an order, oldest first. */
  async function outbox(orderId: string): Promise<{ type: string; data: object }[]> {
    const { rows } = await sql<{ type: string; data: object }>`
      select type, data from outbox where subject = ${orderId} order by id`.execute(context.db)
    return rows
  }

  return {
    ...service,
    outbox,
    config,
    database,
    tokens,
    clock,
    call,
    deliver,
    async stop() {
      await service.stop()
      await database.stop()
    },
  }
}

export interface CallOptions {
  token?: string
  secret?: string
  headers?: Record<string, string>
  body?: unknown
}

export type Tickets = Awaited<ReturnType<typeof startTickets>>

/** An organizer with an owner, and a published event far enough away. */
export async function publishEvent(tickets: Tickets, more: Partial<EventFacts> = {}) {
  const organizerId = more.organizerId ?? newOrganizerId()
  const event: EventFacts = {
    eventId: toId('evt', newUuid()),
    version: 1,
    status: 'published',
    title: { en: 'Spring concert', fr: 'Concert de printemps' },
    startsAt: new Date(tickets.clock.now().getTime() + 30 * 86_400_000).toISOString(),
    endsAt: new Date(tickets.clock.now().getTime() + 30 * 86_400_000 + 7_200_000).toISOString(),
    timeZone: 'Europe/Paris',
    venue: { name: 'Salle Pleyel', city: 'Paris', online: false },
    ...more,
    organizerId,
  }
  await tickets.deliver('events.event-published.v1', event)
  const member = (role: string) =>
    tickets.tokens.user({ audience: 'tickets', memberships: { [organizerId]: role }, userId: newUserId() })
  return { ...event, facts: event, organizerId, owner: await member('owner'), member }
}

export type PublishedEvent = Awaited<ReturnType<typeof publishEvent>>

/** Puts a ticket type on sale and returns its id. */
export async function sell(tickets: Tickets, event: PublishedEvent, more: object = {}): Promise<string> {
  const body = {
    name: { en: 'Standard', fr: 'Plein tarif' },
    priceMinor: 4_900,
    currency: 'EUR',
    capacity: 100,
    ...more,
  }
  const answer = await tickets.call('POST', `/v1/events/${event.eventId}/ticket-types`, { token: event.owner, body })
  if (answer.statusCode !== 201) throw new Error(`No ticket type: ${answer.body}`)
  return answer.json().id
}

export const BUYER = { name: 'Amina Diallo', email: 'amina@example.org' }

/** Places a guest's order and returns it, with its secret. */
export async function hold(tickets: Tickets, eventId: string, ticketTypeId: string, quantity = 1, more: object = {}) {
  const body = { eventId, lines: [{ ticketTypeId, quantity }], buyer: BUYER, locale: 'fr', ...more }
  const answer = await tickets.call('POST', '/v1/orders', { body })
  if (answer.statusCode !== 201) throw new Error(`No order: ${answer.body}`)
  return answer.json()
}
