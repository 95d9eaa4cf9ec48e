import { newUuid, parseId, toId } from '@guichet/server'
import { eventually, freePort } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fixture, knownOrder, startNotifications } from '../fixture.ts'
import { type Inbox, type Running, startInbox, startProcess } from '../outside.ts'
import { type Peers, PUBLIC_URL, startPeers } from '../peers.ts'

const ORDERS = 60
const KILLS = 4

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
    EVENTS_URL: peers.url,
    CLIENT_SECRET: 'kept for this test, and longer than 32 characters',
    SMTP_URL: inbox.smtpUrl,
    SENDERS_MAX: '4',
    // A process that lives and stands still for some seconds must not look like a dead one.
    LEASE_SECONDS: '12',
    // Between six and eight in the morning it would wait until eight.
    QUIET_HOURS: 'none',
    LOG_LEVEL: 'warn',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  return startProcess('services/notifications/src/main.ts', env, `http://127.0.0.1:${port}/health/ready`)
}

/** An event two hours ahead, its orders, and a reminder that is due. */
async function dueReminder(): Promise<void> {
  const first = knownOrder(peers)
  const orders = [first, ...Array.from({ length: ORDERS - 1 }, () => knownOrder(peers, { eventId: first.eventId }))]
  const [eventUuid, organizerUuid] = [parseId('evt', first.eventId) ?? '', parseId('org', first.organizerId) ?? '']
  const now = new Date()
  const starts_at = new Date(now.getTime() + 7_200_000)
  await fixture.db
    .insertInto('event_copy')
    .values({
      id: eventUuid,
      organizer_id: organizerUuid,
      version: 1,
      status: 'published',
      title: JSON.stringify(orders[0]?.event.title),
      starts_at,
      ends_at: new Date(starts_at.getTime() + 7_200_000),
      time_zone: 'Europe/Paris',
      venue: JSON.stringify(orders[0]?.event.venue),
      changed_at: now,
    })
    .execute()
  await fixture.db
    .insertInto('reminder_rule')
    .values({
      id: newUuid(),
      organizer_id: organizerUuid,
      event_id: eventUuid,
      minutes_before: 120,
      channels: ['email'],
      note: '{}',
      state: 'waiting',
      due_at: now,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

const rows = () => fixture.deliveries()
const sentCount = async () => (await rows()).filter((row) => row.state === 'sent').length

it('killed by -9 while it plans and sends, each order is reminded, and none twice but what the mail server took unseen', async () => {
  await dueReminder()
  const window = new Set<string>()
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [planned, sent] = [(await rows()).length, await sentCount()]
    const service = await startService()
    // In the middle of the fan-out, then in the middle of the sending; a quick service may be through before the last kill.
    await eventually(async () => {
      const [plannedNow, sentNow] = [(await rows()).length, await sentCount()]
      return plannedNow > planned || sentNow > sent || sentNow === ORDERS
    })
    await service.kill('SIGKILL')
    for (const row of await rows()) {
      if (row.state === 'sending') window.add(`<${toId('dlv', row.id)}@guichet.localhost>`)
    }
  }
  const last = await startService()
  await eventually(async () => (await sentCount()) === ORDERS)
  await last.kill('SIGTERM')

  expect(await rows()).toHaveLength(ORDERS)
  const announcements = await fixture.db.selectFrom('announcement').select('done_at').execute()
  expect(announcements).toHaveLength(1)
  const accepted = (await inbox.accepted()).map((mail) => mail.messageId)
  const twice = accepted.filter((messageId, index) => accepted.indexOf(messageId) !== index)
  expect(new Set(accepted).size).toBe(ORDERS)
  for (const messageId of twice) expect(window).toContain(messageId)
})
