import { newUuid, toId } from '@guichet/server'
import { eventually, freePort } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDeliveries } from '../../src/deliveries/add-deliveries.ts'
import { type Fixture, knownOrder, startNotifications } from '../fixture.ts'
import { type Inbox, type Running, startInbox, startProcess } from '../outside.ts'
import { type Peers, PUBLIC_URL, startPeers } from '../peers.ts'

const MAILS = 200
const KILLS = 8
const SENDERS = 4
/** A process that lives and is slow, or stands still for some seconds, must not look like a dead one. */
const LEASE_SECONDS = 12

let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  fixture = await startNotifications({ started: false })
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
})

async function startService(): Promise<Running> {
  const port = await freePort()
  const settings = {
    PORT: String(port),
    DATABASE_URL: fixture.databaseUrl,
    BUS_URL: 'amqp://127.0.0.1:9',
    PUBLIC_URL,
    JWKS_URL: `${peers.url}/jwks.json`,
    ACCOUNTS_URL: peers.url,
    TICKETS_URL: peers.url,
    CLIENT_SECRET: 'kept for this test, and longer than 32 characters',
    SMTP_URL: inbox.smtpUrl,
    SENDERS_MAX: String(SENDERS),
    LEASE_SECONDS: String(LEASE_SECONDS),
    LOG_LEVEL: 'info',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  return startProcess('services/notifications/src/main.ts', env, `http://127.0.0.1:${port}/health/ready`)
}

async function planMails(): Promise<void> {
  const planned = Array.from({ length: MAILS }, () => {
    const order = knownOrder(peers)
    const orderId = newUuid()
    peers.orders.set(toId('ord', orderId), { ...order, id: toId('ord', orderId) })
    const source = toId('ord', orderId)
    return { source, kind: 'order-confirmation' as const, channel: 'email' as const, recipientKey: orderId, orderId }
  })
  await addDeliveries(fixture.db, new Date(), planned)
}

/** Message-IDs of the mails that were being sent when the process died: accepted perhaps, and not recorded. */
async function inTheWindow(): Promise<string[]> {
  const rows = await fixture.deliveries()
  return rows.filter((row) => row.state === 'sending').map((row) => `<${toId('dlv', row.id)}@guichet.localhost>`)
}

const sentCount = async () => (await fixture.deliveries()).filter((row) => row.state === 'sent').length

it('killed by -9 again and again while it sends, it loses none, and repeats only what the mail server took unseen', async () => {
  await planMails()
  const window = new Set<string>()
  let kills = 0
  let logs = ''
  while (kills < KILLS) {
    const before = await sentCount()
    const service = await startService()
    // In the middle of the work: some are through since the start, and others are under way.
    await eventually(async () => (await sentCount()) >= Math.min(before + 1 + kills * 2, MAILS - 1))
    await service.kill('SIGKILL')
    kills += 1
    logs += service.output()
    for (const messageId of await inTheWindow()) window.add(messageId)
  }
  const last = await startService()
  await eventually(async () => (await sentCount()) === MAILS)
  await last.kill('SIGTERM')

  const accepted = (await inbox.accepted()).map((mail) => mail.messageId)
  const times = new Map<string, number>()
  for (const messageId of accepted) times.set(messageId, (times.get(messageId) ?? 0) + 1)
  const repeated = [...times].filter(([, count]) => count > 1).map(([messageId]) => messageId)
  console.info(
    `${MAILS} mails, ${kills} kills, ${window.size} under way when killed, ${repeated.length} sent twice, ${MAILS - times.size} lost`,
  )

  expect(times.size).toBe(MAILS)
  expect(accepted.length - MAILS).toBeLessThanOrEqual(KILLS * SENDERS)
  expect(repeated.filter((messageId) => !window.has(messageId))).toEqual([])
  // S-81: the log says what was sent, and not to whom, nor the key of any order.
  logs += last.output()
  expect(logs).toContain('"msg":"sent"')
  expect(logs).not.toMatch(/@example\.org|the-secret/)
  // The kills did hit the work: else this test shows nothing.
  expect(window.size).toBeGreaterThan(0)
})
