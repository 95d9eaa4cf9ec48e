import { randomBytes, randomInt } from 'node:crypto'
import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import { testClock, testDatabase } from '@guichet/testkit'
import { answerRequests } from '../src/jobs/answer-requests.ts'
import type { Role } from '../src/permissions.ts'
import { createAccounts, type Overrides } from '../src/service.ts'
import type { Session } from '../src/sessions/session.ts'
import { mintAdminLink } from '../src/users/admin-link.ts'

export const PUBLIC_URL = 'https://tickets.example'
export const PASSWORD = 'sept gros lapins bleus'
export const CLIENT_SECRETS = {
  events: randomBytes(32).toString('hex'),
  tickets: randomBytes(32).toString('hex'),
  notifications: randomBytes(32).toString('hex'),
}

export interface Answer {
  status: number
  headers: Record<string, string | number | string[] | undefined>
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read as the test expects it.
  body: any
  text: string
}

export interface Call {
  token?: string | undefined
  ifMatch?: string
  ip?: string
  headers?: Record<string, string>
}

export type AccountsFixture = Awaited<ReturnType<typeof accountsFixture>>

export function settingsFor(databaseUrl: string): Parameters<typeof createAccounts>[0] {
  return {
    config: {
      host: '127.0.0.1',
      port: 0,
      databaseConnections: 12,
      publicUrl: PUBLIC_URL,
      trustProxy: ['loopback'],
      logLevel: 'silent',
    },
    secrets: {
      databaseUrl,
      busUrl: databaseUrl,
      secret: 'the accounts secret of these tests only',
      clients: CLIENT_SECRETS,
    },
  }
}

/** An accounts service with its own database and clock, spoken to as from a new address each time. */
export async function accountsFixture(overrides: Overrides = {}) {
  const database = await testDatabase('accounts')
  const clock = testClock()
  const settings = settingsFor(database.url)
  // Little work for most tests; the password suite asks for the real parameters.
  const cheap = { memoryKib: 64, passes: 1, lanes: 1 }
  const make = () => createAccounts(settings, { now: clock.now, passwordParameters: cheap, ...overrides })
  const service = make()
  const { context } = service
  const { db } = context
  await context.keyring.load()
  const replicas: (typeof service)[] = []

  async function callTo(target: typeof service, method: string, path: string, body?: unknown, extra: Call = {}) {
    const answer = await target.app.inject({
      method: method as 'GET',
      url: path,
      ...(body === undefined ? {} : { payload: body as object }),
      headers: {
        'x-forwarded-for': extra.ip ?? randomAddress(),
        ...(extra.token ? { authorization: `Bearer ${extra.token}` } : {}),
        ...(extra.ifMatch ? { 'if-match': extra.ifMatch } : {}),
        ...extra.headers,
      },
    })
    const json = String(answer.headers['content-type'] ?? '').includes('json')
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: json ? answer.json() : undefined,
      text: answer.body,
    } as Answer
  }
  const call = (method: string, path: string, body?: unknown, extra?: Call) =>
    callTo(service, method, path, body, extra)

  const answerAll = () => answerRequests(context)

  async function serviceToken(name: keyof typeof CLIENT_SECRETS, audience = 'accounts'): Promise<string> {
    const basic = Buffer.from(`${name}:${CLIENT_SECRETS[name]}`).toString('base64')
    const answer = await call('POST', '/oauth/token', `grant_type=client_credentials&resource=${audience}`, {
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    })
    return answer.body.access_token
  }

  /** The link that the mail of this purpose would carry. */
  async function mailedLink(userId: string, purpose: string): Promise<URL> {
    const token = await serviceToken('notifications')
    const answer = await call('POST', '/v1/internal/email-links', { userId, purpose }, { token })
    return new URL(answer.body.url)
  }
  const mailedToken = async (userId: string, purpose: string) =>
    (await mailedLink(userId, purpose)).searchParams.get('token') ?? ''

  type ChangeMail = 'email-change' | 'email-changed'
  const CHANGES = {
    'email-change': 'accounts.email-change-requested.v1',
    'email-changed': 'accounts.email-changed.v1',
  } as const

  /** The data of the last message about a change of this user's address. */
  async function lastChange(type: string, userId: string): Promise<{ changeId: string }> {
    return (await messages(type)).filter((message) => message.userId === userId).at(-1)
  }

  /** What notifications is given for the mail about the latest change of an address. */
  async function mailOfChange(userId: string, purpose: ChangeMail) {
    const { changeId } = await lastChange(CHANGES[purpose], userId)
    const token = await serviceToken('notifications')
    const answer = await call('POST', '/v1/internal/email-links', { userId, purpose, changeId }, { token })
    if (answer.status !== 201) throw new Error(`no mail: ${answer.status}`)
    return answer.body
  }
  const changeLink = async (userId: string, purpose: ChangeMail) => new URL((await mailOfChange(userId, purpose)).url)
  const changeToken = async (userId: string, purpose: ChangeMail) =>
    (await changeLink(userId, purpose)).searchParams.get('token') ?? ''

  /** Has the person's account change its address, and returns the new one. */
  async function moveTo(who: { userId: string; token: string }, email: string): Promise<string> {
    const path = '/v1/users/me/email-change'
    await call('PUT', path, { email, password: PASSWORD }, { token: who.token })
    const secret = await changeToken(who.userId, 'email-change')
    const answer = await call('POST', `${path}/confirmation`, { token: secret }, { token: who.token })
    if (answer.status !== 200) throw new Error(`address: ${answer.text}`)
    return email
  }

  async function userIdOf(email: string): Promise<string> {
    const found = await db
      .selectFrom('user_account')
      .select('id')
      .where('email_key', '=', email.toLowerCase())
      .executeTakeFirst()
    if (!found) throw new Error(`${email} has no account`)
    return toId('usr', found.id)
  }

  /** Someone who has signed up, not yet confirmed. */
  async function newcomer(email = newEmail(), name = 'Ada Lovelace') {
    // Ids are ordered by time, and lists by id.
    clock.advance(0.002)
    await call('POST', '/v1/users', { email, password: PASSWORD, name, locale: 'fr' })
    await answerAll()
    return { email, userId: await userIdOf(email) }
  }

  async function signIn(email: string, password = PASSWORD): Promise<Session> {
    const answer = await call('POST', '/v1/sessions', { email, password })
    if (answer.status !== 201) throw new Error(`sign-in: ${answer.text}`)
    return answer.body
  }

  /** Someone who is signed in. */
  async function person(name = 'Ada Lovelace') {
    const { email, userId } = await newcomer(newEmail(), name)
    await call('POST', '/v1/email-confirmations', { token: await mailedToken(userId, 'email-confirmation') })
    const session = await signIn(email)
    return { email, userId, session, token: session.accessTokens.accounts }
  }
  type Person = Awaited<ReturnType<typeof person>>

  /** The person's token as it is after a change of roles. */
  async function refreshed(who: Person): Promise<string> {
    who.session = await signIn(who.email)
    who.token = who.session.accessTokens.accounts
    return who.token
  }

  async function organizerOf(owner: Person, name = 'Théâtre du Coin'): Promise<string> {
    clock.advance(0.002)
    const answer = await call('POST', '/v1/organizers', { name }, { token: owner.token })
    await refreshed(owner)
    return answer.body.id
  }

  async function memberOf(owner: Person, organizerId: string, role: Role): Promise<Person> {
    const member = await person(`The ${role}`)
    await call('POST', `/v1/organizers/${organizerId}/members`, { email: member.email, role }, { token: owner.token })
    await refreshed(member)
    return member
  }

  async function administrator(): Promise<Session> {
    const { url } = await mintAdminLink(db, PUBLIC_URL, clock.now())
    const token = new URL(url).searchParams.get('token')
    return (await call('POST', '/v1/admin-links/redemptions', { token })).body
  }

  /** The data of the messages of a type that wait in the outbox, oldest first. */
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own data.
  async function messages(type: string): Promise<any[]> {
    const { rows } = await sql<{ data: object }>`select data from outbox where type = ${type} order by id`.execute(db)
    return rows.map((row) => row.data)
  }

  const auditOf = (action: string) =>
    db.selectFrom('audit_entry').selectAll().where('action', '=', action).orderBy('id').execute()

  return {
    ...{ service, context, db, database, clock, call, callTo, answerAll, serviceToken, mailedLink, mailedToken },
    ...{ lastChange, mailOfChange, changeLink, changeToken, moveTo },
    ...{ userIdOf, newcomer, signIn, person, refreshed, organizerOf, memberOf, administrator, messages, auditOf },
    /** Another process on the same database. */
    async replica() {
      const other = make()
      await other.context.keyring.load()
      replicas.push(other)
      return other
    },
    async stop() {
      for (const each of [service, ...replicas]) await each.stop()
      await database.stop()
    },
  }
}

let counter = 0
export function newEmail(): string {
  counter += 1
  return `person-${counter}-${randomBytes(4).toString('hex')}@example.com`
}

export function randomAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
}

/** An answer without what differs in every one: to compare two that must not be told apart. */
export function comparable(answer: Answer): object {
  const { date: _date, ...headers } = answer.headers
  const body = answer.body && 'instance' in answer.body ? { ...answer.body, instance: '' } : answer.body
  return { status: answer.status, headers, body }
}
