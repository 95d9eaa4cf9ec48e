import { toId } from '@guichet/server'
import { eventually, freePort, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDeliveries } from '../../src/deliveries/add-deliveries.ts'
import { createNotifications } from '../../src/service.ts'
import { eventWithOrders, read, schedule, type TestEvent } from '../bulk.ts'
import { type Fixture, startNotifications } from '../fixture.ts'
import { type Inbox, type Running, startInbox, startProcess } from '../outside.ts'
import { type Peers, PUBLIC_URL, startPeers } from '../peers.ts'

const SENDERS = 4
/** `RECIPIENTS=10000 KILLS=20` for the long run; what was repeated is printed. */
const RECIPIENTS = Number(process.env.RECIPIENTS ?? 150)
const KILLS = Number(process.env.KILLS ?? 5)
/** A tenth of a second for each mail, on a machine with much else to do. */
const PATIENCE_MS = 120_000 + RECIPIENTS * 100

let inbox: Inbox
let peers: Peers

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
})
afterAll(async () => {
  await peers?.close()
  await inbox?.remove()
})

/** How often each address of the event got it. */
async function received(event: TestEvent): Promise<number[]> {
  const times = new Map(event.orders.map((order) => [order.buyer?.email ?? '', 0]))
  for (const mail of await inbox.accepted()) {
    for (const address of mail.to) times.set(address, (times.get(address) ?? 0) + (times.has(address) ? 1 : 0))
  }
  return [...times.values()]
}

describe('two processes that carry the same message on', () => {
  it('write to each address once', async () => {
    peers.audiencePage = 7
    const first = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: { quietHours: undefined } })
    const second = createNotifications(
      { config: first.config, secrets: first.secrets },
      { now: first.clock.now, bus: testBus(), log: first.context.log, verifier: async () => ({ kind: 'anonymous' }) },
    )
    await second.start()
    const event = eventWithOrders(peers, 60)
    const { id } = await schedule(first, event)
    const { results } = await eventually(async () => {
      first.clock.advance(1)
      const found = await read(first, event, id)
      return found.state === 'sent' ? found : false
    })
    expect(results).toMatchObject({ planned: 60, sent: 60 })
    expect(await received(event)).toEqual(Array.from({ length: 60 }, () => 1))
    await second.stop()
    await first.end()
  })

  it('control: pages whose deliveries have no key of their own reach an address twice', async () => {
    const fixture = await startNotifications({ peers, started: false })
    const event = eventWithOrders(peers, 3)
    const plan = async (source: string) =>
      addDeliveries(
        fixture.db,
        fixture.clock.now(),
        event.orders.map((order) => ({
          source,
          kind: 'bulk-information' as const,
          channel: 'email' as const,
          recipientKey: order.id,
        })),
      )
    // The same page, planned again after a crash: with the message as its source nothing, with the page's own all of it.
    expect([await plan('blk_1'), await plan('blk_1')]).toEqual([3, 0])
    expect([await plan('page 1 of run 1'), await plan('page 1 of run 2')]).toEqual([3, 3])
    await fixture.end()
  })
})

async function startService(fixture: Fixture): Promise<Running> {
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
    // A process that lives and stands still for some seconds must not look like a dead one.
    LEASE_SECONDS: '12',
    QUIET_HOURS: 'none',
    BULK_PER_MINUTE: '60000',
    BULK_PER_MINUTE_OF_ORGANIZER: '60000',
    LOG_LEVEL: 'info',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`NOTIFICATIONS_${name}`, value]))
  return startProcess('services/notifications/src/main.ts', env, `http://127.0.0.1:${port}/health/ready`)
}

it(
  'killed by -9 again and again while it is planned and sent, it reaches every address, and repeats only what the mail server took unseen',
  async () => {
    peers.audiencePage = Math.min(1_000, Math.ceil(RECIPIENTS / 8))
    const fixture = await startNotifications({ peers, started: false, overrides: { now: () => new Date() } })
    const event = eventWithOrders(peers, RECIPIENTS)
    const { id } = await schedule(fixture, event)
    const sent = async () => (await read(fixture, event, id)).results.sent
    const unseen = new Set<string>()
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = await sent()
      const service = await startService(fixture)
      const step = 1 + kills * Math.floor(RECIPIENTS / (2 * KILLS ** 2))
      await eventually(async () => (await sent()) >= Math.min(before + step, RECIPIENTS - 1), PATIENCE_MS)
      await service.kill('SIGKILL')
      for (const row of await fixture.deliveries()) {
        if (row.state === 'sending') unseen.add(`<${toId('dlv', row.id)}@guichet.localhost>`)
      }
    }
    const last = await startService(fixture)
    const { results } = await eventually(async () => {
      const found = await read(fixture, event, id)
      return found.state === 'sent' ? found : false
    }, PATIENCE_MS)
    await last.kill('SIGTERM')
    expect(results).toMatchObject({ planned: RECIPIENTS, sent: RECIPIENTS })

    const times = new Map<string, number>()
    for (const { messageId, to } of await inbox.accepted()) {
      if (event.orders.some((order) => to.includes(order.buyer?.email ?? ''))) {
        times.set(messageId, (times.get(messageId) ?? 0) + 1)
      }
    }
    const repeated = [...times].filter(([, count]) => count > 1).map(([messageId]) => messageId)
    console.info(
      `${RECIPIENTS} recipients, ${KILLS} kills, ${unseen.size} under way when killed, ${repeated.length} sent twice`,
    )
    expect(times.size).toBe(RECIPIENTS)
    expect(repeated.filter((messageId) => !unseen.has(messageId))).toEqual([])
    await fixture.end()
  },
  2 * PATIENCE_MS,
)
