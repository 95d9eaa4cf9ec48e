import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSlowDomains } from '../src/deliveries/slow-domains.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

describe('slow domains', () => {
  let now = 0
  const domains = createSlowDomains(8, () => new Date(now))

  it('limit nobody who answers, and give who does not a quarter of the places', () => {
    const leave = Array.from({ length: 8 }, () => domains.enter('x@Slow.example'))
    expect([domains.spare(), domains.full()]).toEqual([0, []])
    now += 1_000
    expect([domains.spare(), domains.full()]).toEqual([8, ['slow.example']])
    domains.enter('x@other.example')
    for (const one of leave.slice(1)) one()
    expect([domains.spare(), domains.full()]).toEqual([1, []])
  })
})

describe('a domain whose mail server stalls', () => {
  let inbox: Inbox
  let peers: Peers
  let fixture: Fixture
  beforeAll(async () => {
    ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: { sendersMax: 4 } })
  })
  afterAll(async () => {
    await fixture?.end()
    await peers?.close()
    await inbox?.remove()
  })

  it('delays nobody else, although it has more mails than there are senders', async () => {
    const slow = Array.from({ length: 12 }, (_, index) =>
      knownOrder(peers, { buyer: { name: 'Slow', email: `slow.${index}@slow.example` } }),
    )
    await inbox.order({ next: 'stall', to: '@slow.example', count: 1_000 })
    for (const order of slow) await fixture.deliverOrder(order)
    await eventually(async () => (await fixture.deliveries()).filter((row) => row.state === 'sending').length >= 4)
    const ticking = setInterval(() => fixture.clock.advance(1), 200)
    const others = Array.from({ length: 20 }, () => knownOrder(peers))
    for (const order of others) await fixture.deliverOrder(order)
    for (const order of others) {
      await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length === 1)
    }
    clearInterval(ticking)
    const rows = await fixture.deliveries()
    expect(rows.filter((row) => row.recipient_address?.endsWith('@slow.example') && row.state === 'sent')).toEqual([])
  })
})
