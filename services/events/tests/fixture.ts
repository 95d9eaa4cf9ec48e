import {
  newOrganizerId,
  type TestBus,
  type TestTokens,
  testBus,
  testClock,
  testDatabase,
  testTokens,
} from '@guichet/testkit'
import type { Config } from '../src/config.ts'
import type { FetcherOptions } from '../src/images/fetch-picture.ts'
import { createEvents, type EventsService } from '../src/service.ts'

export interface Answer {
  status: number
  headers: Record<string, string | number | string[] | undefined>
  /** Read as the test expects it. */
  body: ReturnType<typeof JSON.parse>
  raw: Buffer
}

export interface Call {
  token?: string
  ifMatch?: string
  headers?: Record<string, string>
  payload?: Buffer
}

/** A running events service with its own database, and a stand-in for tickets that answers what a test says. */
export async function eventsFixture(options: { pictures?: FetcherOptions; config?: Partial<Config> } = {}) {
  const database = await testDatabase('events')
  const tokens = await testTokens()
  const bus = testBus()
  const clock = testClock(new Date('2027-03-01T10:00:00Z'))
  const tickets = { answer: 204 as number | 'down', asked: [] as string[] }
  const service = createEvents(
    {
      config: {
        host: '127.0.0.1',
        port: 0,
        publicUrl: tokens.issuer,
        jwksUrl: 'http://127.0.0.1:1/jwks.json',
        accountsUrl: 'http://127.0.0.1:1',
        ticketsUrl: 'http://127.0.0.1:1',
        logLevel: 'silent',
        databaseConnections: 6,
        allowPrivateImageHosts: false,
        keepKeysDays: 31,
        ...options.config,
      },
      secrets: { databaseUrl: database.url, busUrl: database.url, clientSecret: 'x'.repeat(40) },
    },
    {
      bus,
      now: clock.now,
      jwks: tokens.jwks,
      ...(options.pictures ? { pictures: options.pictures } : {}),
      tickets: async (path) => {
        const { DomainError } = await import('@guichet/problem')
        tickets.asked.push(path)
        if (tickets.answer === 'down') throw new DomainError('unavailable')
        return new Response(null, { status: tickets.answer })
      },
    },
  )
  const { url } = await service.start()
  const organizerId = newOrganizerId()
  const issuedAt = clock.now().getTime() / 1_000
  const member = (role: string, organizer = organizerId, userId?: string) =>
    tokens.user({
      audience: 'events',
      memberships: { [organizer]: role },
      issuedAt,
      expiresAt: issuedAt + 600,
      ...(userId ? { userId } : {}),
    })
  const owner = await member('owner')
  const serviceToken = (name: string) =>
    tokens.forge({ iss: tokens.issuer, sub: name, aud: 'events', iat: issuedAt, exp: issuedAt + 300, client_id: name })

  async function call(method: string, path: string, body?: unknown, extra: Call = {}): Promise<Answer> {
    const token = 'token' in extra ? extra.token : owner
    const response = await service.app.inject({
      method: method as 'GET',
      url: path,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(extra.ifMatch ? { 'if-match': extra.ifMatch } : {}),
        ...extra.headers,
      },
      ...(extra.payload ? { payload: extra.payload } : body === undefined ? {} : { payload: body as object }),
    })
    const isJson = String(response.headers['content-type'] ?? '').includes('json') && response.body !== ''
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : response.body,
      raw: response.rawPayload,
    }
  }

  return {
    ...({
      url,
      service,
      tokens,
      bus,
      clock,
      tickets,
      organizerId,
      owner,
      member,
      serviceToken,
      call,
    } satisfies EventsFixtureParts),
    anonymous: (method: string, path: string, body?: unknown) => call(method, path, body, { token: '' }),
    databaseUrl: database.url,
    /** A good body, with a few fields of your own. */
    draft: (own: Record<string, unknown> = {}) => ({ ...goodBody(organizerId), ...own }),
    async createDraft(own: Record<string, unknown> = {}) {
      const created = await call('POST', '/v1/events', { ...goodBody(organizerId), ...own })
      if (created.status !== 201) throw new Error(JSON.stringify(created.body))
      return created.body
    },
    async createPublished(own: Record<string, unknown> = {}) {
      const created = await this.createDraft(own)
      const published = await call('POST', `/v1/events/${created.id}/publication`)
      if (published.status !== 200) throw new Error(JSON.stringify(published.body))
      return published.body
    },
    /** Types of the messages in the outbox about an event, oldest first. */
    async announced(eventId: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
      const { sql } = await import('@guichet/database')
      const { rows } = await sql<{ type: string; data: Record<string, unknown> }>`
        select type, data from outbox where subject = ${eventId} order by id`.execute(service.context.db)
      return rows
    },
    async stop() {
      await service.stop()
      await database.stop()
    },
  }
}

interface EventsFixtureParts {
  url: string
  service: EventsService
  tokens: TestTokens
  bus: TestBus
  clock: ReturnType<typeof testClock>
  tickets: { answer: number | 'down'; asked: string[] }
  organizerId: string
  owner: string
  member: (role: string, organizer?: string, userId?: string) => Promise<string>
  serviceToken: (name: string) => Promise<string>
  call: (method: string, path: string, body?: unknown, extra?: Call) => Promise<Answer>
}

export type EventsFixture = Awaited<ReturnType<typeof eventsFixture>>

export function goodBody(organizerId: string) {
  return {
    organizerId,
    title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
    description: { en: 'An *evening* of arias.' },
    startsAt: '2027-05-01T18:00:00Z',
    endsAt: '2027-05-01T21:00:00Z',
    timeZone: 'Europe/Paris',
    venue: { name: 'Opéra Garnier', city: 'Paris', country: 'FR', online: false },
    category: 'concert',
  }
}

export function multipart(bytes: Buffer, filename = 'picture.png', type = 'image/png') {
  const boundary = 'guichet-test-boundary'
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`
  return {
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}
