import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { migrate } from '@guichet/database'
import { newUuid, toId } from '@guichet/server'
import pg from 'pg'
import { firstMessage } from '../children.ts'
import { figure, type Report } from '../report.ts'
import type { Plan } from '../rounds.ts'
import type { Stage } from '../stage.ts'

/** As many as `--orders` says. */
const MAILS = 10_000
/** Sold while the many are under way: somebody waits for these. */
const URGENT = 100
/** Connections that die after the message was taken and before the 250, one by one. */
const DROPS = 50
const SERVICE = '../../../services/notifications/src/main'
const MIGRATIONS = join(import.meta.dirname, '../../../services/notifications/migrations/')
const INBOX = '../../../sandbox/src/inbox/main'

/** 10,000 mails through the real service to a real SMTP server that keeps each on its disk; see tests of the same for faults. */
export async function mail(stage: Stage, { orders: mails = MAILS }: Plan): Promise<Report> {
  const report: Report = { bench: 'mail', rows: [], figures: [], faults: [], voidedRounds: 0 }
  const folder = mkdtempSync(join(tmpdir(), 'guichet-bench-mail-'))
  const inbox = { smtp: await freePort(), http: await freePort() }
  stage.fork(INBOX, {
    INBOX_SMTP_PORT: String(inbox.smtp),
    INBOX_HTTP_PORT: String(inbox.http),
    INBOX_JOURNAL: folder,
    SANDBOX_CONTROL: '1',
    SANDBOX_LOG_LEVEL: 'error',
  })
  const peers = await firstMessage<{ url: string }>(stage.fork('mail-peers', {}))
  await answers(`http://127.0.0.1:${inbox.http}/health/live`)
  const client = await startService(stage, peers.url, inbox.smtp)
  try {
    const began = performance.now()
    await plan(client, mails, 3)
    await until(async () => (await sentOf(client, 3)) > mails / 10)
    const urgentAt = performance.now()
    await plan(client, URGENT, 0)
    await until(async () => (await sentOf(client, 0)) === URGENT)
    const urgentSeconds = (performance.now() - urgentAt) / 1_000
    const before = await sentOf(client, 3)
    await until(async () => (await sentOf(client, 3)) === mails)
    const seconds = (performance.now() - began) / 1_000
    const first = acceptedBy(folder)
    if (first.distinct !== mails + URGENT) report.faults.push(`${mails + URGENT - first.distinct} mails are lost`)
    if (first.all !== first.distinct)
      report.faults.push(`${first.all - first.distinct} mails came twice without a fault`)
    if (before === mails) report.faults.push('the many were through before the urgent ones: this shows nothing')

    await fetch(`http://127.0.0.1:${inbox.http}/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ next: 'drop', at: 'data', count: DROPS }),
    })
    await plan(client, DROPS * 4, 1)
    await until(async () => (await sentOf(client, 1)) === DROPS * 4)
    const second = acceptedBy(folder)
    const twice = second.all - second.distinct
    report.figures.push(
      figure(`${mails.toLocaleString('en')} mails, seconds`, [seconds], { atMost: (600 * mails) / MAILS }),
      figure('mails/s', [(mails + URGENT) / seconds]),
      figure(`${URGENT} urgent mails in the middle of them, seconds`, [urgentSeconds], { atMost: 30 }),
      figure('mails that came twice, of each without a fault', [(first.all - first.distinct) / first.distinct], {
        atMost: 0,
      }),
      figure('mails that came twice, of each connection lost after DATA', [twice / DROPS], { atMost: 1 }),
    )
    return report
  } finally {
    await client.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startService(stage: Stage, peersUrl: string, smtpPort: number): Promise<pg.Client> {
  const { postgres, client: admin } = stage.server
  await admin.query('create database mail')
  const port = await freePort()
  const settings = {
    PORT: String(port),
    DATABASE_URL: postgres.url('mail'),
    BUS_URL: postgres.url('bus'),
    PUBLIC_URL: 'http://localhost:4000',
    JWKS_URL: `${peersUrl}/jwks.json`,
    ACCOUNTS_URL: peersUrl,
    TICKETS_URL: peersUrl,
    CLIENT_SECRET: 'kept for this bench, and longer than 32 characters',
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    LOG_LEVEL: 'warn',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  await migrate(postgres.url('mail'), MIGRATIONS)
  stage.fork(SERVICE, env)
  await answers(`http://127.0.0.1:${port}/health/ready`)
  const client = new pg.Client({ connectionString: postgres.url('mail') })
  await client.connect()
  return client
}

/** Deliveries as the consumer of order-confirmed plans them. */
async function plan(client: pg.Client, count: number, priority: number): Promise<void> {
  const ids = Array.from({ length: count }, () => newUuid())
  await client.query(
    `insert into delivery (id, kind, channel, source, recipient_key, order_id, priority, state, next_attempt_at, created_at)
     select id, 'order-confirmation', 'email', source, id::text, id, $3, 'pending', now(), now()
       from unnest($1::uuid[], $2::text[]) as planned (id, source)`,
    [ids, ids.map((id) => toId('ord', id)), priority],
  )
}

async function sentOf(client: pg.Client, priority: number): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from delivery where state = 'sent' and priority = $1`,
    [priority],
  )
  return Number(rows[0]?.count)
}

/** By the journal of the mail server itself. */
function acceptedBy(folder: string): { all: number; distinct: number } {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n').filter(Boolean)
  const ids = lines.flatMap((line) => {
    const entry = JSON.parse(line) as { type: string; messageId?: string }
    return entry.type === 'received' && entry.messageId ? [entry.messageId] : []
  })
  return { all: ids.length, distinct: new Set(ids).size }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 15 * 60_000; performance.now() < end; await wait(100)) {
    if (await condition()) return
  }
  throw new Error('The mails were not sent in a quarter of an hour')
}

async function answers(url: string): Promise<void> {
  await until(async () => (await fetch(url).catch(() => undefined))?.ok === true)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
