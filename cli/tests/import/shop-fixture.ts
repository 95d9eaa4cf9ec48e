import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { emptyDatabase, eventually, freePort, testDatabase } from '@guichet/testkit'
import { createAccounts } from '../../../services/accounts/src/service.ts'
import { mintAdminLink } from '../../../services/accounts/src/users/admin-link.ts'
import { createEvents } from '../../../services/events/src/service.ts'
import { createTickets } from '../../../services/tickets/src/service.ts'
import { projectRoot } from '../../src/paths.ts'
import { redeemAdminLink, type Session } from '../../src/session.ts'

export type Shop = {
  url: string
  /** A fresh session of the administrator. */
  signIn(): Promise<Session>
  adminLink(): Promise<string>
  /** The next so many answers for events are 503, as while a service restarts. */
  fail(times: number): void
  stop(): Promise<void>
}

const secret = (name: string) => `${name}-secret-for-this-test-only-`.padEnd(48, 'x1y2z3')

/** The real accounts, events and tickets behind one address, as the web gives them to everyone; notifications when asked for. */
export async function openShop({ notifications: wanted = false } = {}): Promise<Shop> {
  const databases = {
    accounts: await testDatabase('accounts'),
    events: await testDatabase('events'),
    tickets: await testDatabase('tickets'),
    bus: await emptyDatabase(),
  }
  const targets: Record<string, string> = {}
  let failures = 0
  const gateway = createServer(async (request, response) => {
    if (failures > 0 && request.url?.startsWith('/api/events')) {
      failures--
      request.resume()
      response.writeHead(503, { 'retry-after': '1' }).end()
      return
    }
    const [, service = '', path = ''] = /^\/api\/([a-z]+)(\/.*)$/.exec(request.url ?? '') ?? []
    const body = await read(request)
    const answer = await fetch(`${targets[service]}${path}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(request.headers).filter(([name]) => !HOP.has(name)) as [string, string][],
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    })
    const headers = [...answer.headers].filter(([name]) => !HOP.has(name))
    response.writeHead(answer.status, Object.fromEntries(headers)).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`

  const common = { host: '127.0.0.1', port: 0, publicUrl: url, logLevel: 'silent', databaseConnections: 6 }
  const busUrl = databases.bus.url
  const clients = { events: secret('events'), tickets: secret('tickets'), notifications: secret('notifications') }
  const accounts = createAccounts({
    config: { ...common, trustProxy: ['loopback'] },
    secrets: { databaseUrl: databases.accounts.url, busUrl, secret: secret('accounts'), clients },
  })
  targets.accounts = (await accounts.start()).url
  const accountsUrl = targets.accounts
  const jwksUrl = `${accountsUrl}/.well-known/jwks.json`

  const eventsConfig = {
    ...common,
    accountsUrl,
    jwksUrl,
    ticketsUrl: 'http://127.0.0.1:1',
    allowPrivateImageHosts: false,
    keepKeysDays: 31,
  }
  const events = createEvents({
    config: eventsConfig,
    secrets: { databaseUrl: databases.events.url, busUrl, clientSecret: clients.events },
  })
  targets.events = (await events.start()).url
  const tickets = createTickets({
    config: {
      ...common,
      environment: 'development',
      accountsUrl,
      jwksUrl,
      eventsUrl: targets.events,
      selfUrl: 'http://127.0.0.1:1',
      simulatedUrl: 'http://127.0.0.1:1',
      holdSeconds: 600,
      extensionsMax: 10,
      holdsPerAccount: 0,
      holdsPerAddress: 0,
      offerSeconds: 14_400,
      databaseConnectionsMax: 6,
      trustProxy: ['loopback'],
    },
    secrets: {
      databaseUrl: databases.tickets.url,
      busUrl,
      clientSecret: clients.tickets,
      orderSecret: secret('order'),
      signingSecret: secret('signing'),
      sealingSecret: secret('sealing'),
      simulatedApiKey: secret('payments'),
      simulatedWebhookSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    },
  })
  targets.tickets = (await tickets.start()).url
  const notifications = wanted ? await startNotifications({ url, accountsUrl, busUrl, targets, clients }) : undefined

  const adminLink = async () => (await mintAdminLink(accounts.context.db, url, new Date())).url
  return {
    url,
    adminLink,
    signIn: async () => redeemAdminLink(url, await adminLink()),
    fail(times) {
      failures = times
    },
    async stop() {
      gateway.closeAllConnections()
      await new Promise((done) => gateway.close(done))
      await Promise.all([notifications?.stop(), tickets.stop(), events.stop(), accounts.stop()])
      await Promise.all(Object.values(databases).map((database) => database.stop()))
    },
  }
}

interface Around {
  url: string
  accountsUrl: string
  busUrl: string
  targets: Record<string, string>
  clients: { notifications: string }
}

async function startNotifications({ url, accountsUrl, busUrl, targets, clients }: Around) {
  const database = await testDatabase('notifications')
  const settings = {
    PORT: String(await freePort()),
    PUBLIC_URL: url,
    ACCOUNTS_URL: accountsUrl,
    JWKS_URL: `${accountsUrl}/.well-known/jwks.json`,
    TICKETS_URL: targets.tickets ?? '',
    DATABASE_URL: database.url,
    BUS_URL: busUrl,
    CLIENT_SECRET: clients.notifications,
    SMTP_URL: 'smtp://127.0.0.1:9',
    WEBHOOK_HOSTS: 'any',
    LOG_LEVEL: 'silent',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  const program = join(projectRoot, 'services/notifications/src/main.ts')
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: 'ignore',
  })
  const exit = once(child, 'exit')
  targets.notifications = `http://127.0.0.1:${settings.PORT}`
  await eventually(async () => (await fetch(`${targets.notifications}/health/ready`)).ok)
  return {
    async stop() {
      child.kill('SIGTERM')
      await exit
      await database.stop()
    },
  }
}

const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'content-encoding'])

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
