import { connectBus } from '@guichet/messaging'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, knownOrder, knownUser, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

describe('with broker, mail server, tickets and accounts all away', () => {
  it('the service starts, is ready, and answers', async () => {
    const silent = { debug() {}, info() {}, warn() {}, error() {} }
    const bus = connectBus('amqp://127.0.0.1:9', { log: silent })
    const fixture = await startNotifications({ overrides: { bus } })
    expect((await fixture.app.inject('/health/ready')).json()).toEqual({ status: 'ok', checks: { database: 'ok' } })
    const headers = { authorization: `Bearer ${await fixture.token({}, true)}` }
    expect((await fixture.app.inject({ url: '/v1/deliveries', headers })).json()).toEqual({
      items: [],
      nextCursor: null,
    })
    await fixture.end()
  })

  it('not ready only without its database', async () => {
    const fixture = await startNotifications()
    await fixture.db.destroy()
    expect((await fixture.app.inject('/health/ready')).statusCode).toBe(503)
    await fixture.end().catch(() => undefined)
  })
})

describe('a peer that comes back', () => {
  let inbox: Inbox
  let peers: Peers
  let fixture: Fixture
  let ticking: NodeJS.Timeout
  beforeAll(async () => {
    ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
    ticking = setInterval(() => fixture.clock.advance(2), 100)
  })
  afterAll(async () => {
    clearInterval(ticking)
    await fixture?.end()
    await peers?.close()
    await inbox?.remove()
  })

  const allSent = () =>
    eventually(async () => {
      const rows = await fixture.deliveries()
      return rows.length > 0 && rows.every((row) => row.state === 'sent')
    })

  it('finds every mail waiting, uncharged, and each is sent once', async () => {
    await Promise.all([peers.close(), inbox.stop()])
    const orders = Array.from({ length: 10 }, () => knownOrder(peers))
    const { userId, link } = knownUser(peers, 'reset-password?token=x')
    for (const order of orders) await fixture.deliverOrder(order)
    await fixture.bus.deliver({
      type: 'accounts.email-link-requested.v1',
      data: { userId, purpose: 'password-reset', locale: 'en' },
    })
    await eventually(() => fixture.context.outages.present().includes('tickets'))
    expect((await fixture.deliveries()).map((row) => row.attempts)).toEqual(Array(11).fill(0))
    await peers.listen()
    await eventually(() => fixture.context.outages.present().includes('smtp'))
    await inbox.start()
    await allSent()
    const accepted = (await inbox.accepted()).flatMap((mail) => mail.to).sort()
    expect(accepted).toEqual([...orders.map((order) => order.buyer?.email), link.email].sort())
  })

  it('may answer 503, 401 or 429 for a while: that is no fault of the message', async () => {
    for (const status of [503, 401, 429]) {
      peers.answer = () => status
      const order = knownOrder(peers)
      await fixture.deliverOrder(order)
      await eventually(() => fixture.context.outages.present().includes('tickets'))
      peers.answer = () => 200
      await allSent()
      expect(await inbox.messages(order.buyer?.email ?? '')).toHaveLength(1)
    }
    expect((await fixture.deliveries()).every((row) => row.attempts === 1)).toBe(true)
  })

  it('may have lost the order: then there is nothing to send, now or later', async () => {
    const order = knownOrder(peers)
    peers.orders.delete(order.id)
    await fixture.deliverOrder(order)
    const failed = await eventually(
      async () => (await fixture.deliveries()).find((row) => row.state === 'failed') ?? false,
    )
    expect(failed.last_error).toBe('The service tickets answered 404: there is nothing to send.')
  })

  it('may break off a fan-out: it goes on where it was, and nobody is told twice', async () => {
    const first = knownOrder(peers)
    const { eventId, organizerId } = first
    const orders = [first, ...Array.from({ length: 7 }, () => knownOrder(peers, { eventId }))]
    let pages = 0
    peers.answer = (path) => (path.includes('/internal/events/') && ++pages === 2 ? 503 : 200)
    await fixture.bus.deliver({
      type: 'events.event-cancelled.v1',
      data: { ...first.event, eventId, organizerId, version: 7, status: 'cancelled' },
    })
    for (const order of orders) {
      await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length > 0)
      expect(await inbox.messages(order.buyer?.email ?? '')).toHaveLength(1)
    }
    expect(pages).toBe(4)
  })

  it('may say that an order was refunded since: its buyer is not told of a new date', async () => {
    const kept = knownOrder(peers)
    const refunded = knownOrder(peers, { eventId: kept.eventId, state: 'refunded' })
    const { eventId, organizerId, event } = kept
    const data = { ...event, eventId, organizerId, version: 7, previousStartsAt: '2027-01-01T10:00:00.000Z' }
    await fixture.bus.deliver({ type: 'events.event-rescheduled.v1', data })
    await eventually(async () => (await inbox.messages(kept.buyer?.email ?? '')).length > 0)
    await eventually(async () =>
      (await fixture.deliveries()).some((row) => row.last_error?.startsWith('The order was refunded since')),
    )
    expect(await inbox.messages(refunded.buyer?.email ?? '')).toEqual([])
  })

  it('is not trusted with where a link leads', async () => {
    const { userId, link } = knownUser(peers, 'reset-password?token=x')
    link.url = 'https://evil.example/reset-password?token=x'
    await fixture.bus.deliver({
      type: 'accounts.email-link-requested.v1',
      data: { userId, purpose: 'password-reset', locale: 'en' },
    })
    await eventually(async () =>
      (await fixture.deliveries()).some((row) => row.last_error === 'The link does not lead to this shop.'),
    )
    expect(await inbox.messages(link.email)).toEqual([])
  })
})

describe('a message that cannot be understood', () => {
  it('is set aside by the broker’s rules and leaves no trace', async () => {
    const fixture = await startNotifications()
    for (const [type, data] of [
      ['tickets.order-confirmed.v1', {}],
      ['tickets.order-confirmed.v1', { orderId: 'evt_01kanw8f7re8ksz8zkz3q2x4vc' }],
      ['accounts.email-link-requested.v1', { userId: 'usr_01kanw8f7re8ksz8zkz3q2x4vc', purpose: 'give-me-a-token' }],
      ['events.event-cancelled.v1', { eventId: "'; drop table delivery; --" }],
    ] as const) {
      await expect(fixture.bus.deliver({ type, data })).rejects.toThrow()
    }
    expect(await fixture.deliveries()).toEqual([])
    await fixture.end()
  })
})
