import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { backOffMs } from '../src/deliveries/back-off.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type OrderAnswer, type Peers, startPeers } from './peers.ts'

let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
})
afterEach(() => inbox.order({ next: 'ok' }))
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
})

const buyerOf = (order: OrderAnswer) => order.buyer?.email ?? ''

async function rowOf(order: OrderAnswer) {
  return (await fixture.deliveries()).find((row) => row.recipient_address === buyerOf(order))
}
const reaches = (order: OrderAnswer, state: string) =>
  eventually(async () => {
    const row = await rowOf(order)
    return row?.state === state && row
  })

describe('a refusal for now', () => {
  it.each(['421', '451'])('%s is tried again later, and then it arrives once', async (code) => {
    const order = knownOrder(peers)
    await inbox.order({ next: code, to: buyerOf(order) })
    await fixture.deliverOrder(order)
    const refused = await reaches(order, 'retrying')
    expect(refused).toMatchObject({ attempts: 1, lease: null })
    expect(refused.last_error).toContain(code)
    expect(refused.next_attempt_at.getTime()).toBeGreaterThan(fixture.clock.now().getTime())
    fixture.clock.advance(10)
    expect(await reaches(order, 'sent')).toMatchObject({ attempts: 2, last_error: null })
    expect(await inbox.messages(buyerOf(order))).toHaveLength(1)
  })

  it('after the whole message is a refusal like any other', async () => {
    const order = knownOrder(peers)
    await inbox.order({ next: '451', to: buyerOf(order), at: 'data' })
    await fixture.deliverOrder(order)
    await reaches(order, 'retrying')
    fixture.clock.advance(10)
    await reaches(order, 'sent')
    expect(await inbox.messages(buyerOf(order))).toHaveLength(1)
  })

  it('is given up after 72 hours of refusals, and starts anew when support asks', async () => {
    const order = knownOrder(peers)
    await inbox.order({ next: '451', count: 1_000, to: buyerOf(order) })
    await fixture.deliverOrder(order)
    await reaches(order, 'retrying')
    fixture.clock.advance(71 * 3_600)
    await eventually(async () => (await rowOf(order))?.attempts === 2)
    expect(await rowOf(order)).toMatchObject({ state: 'retrying' })
    fixture.clock.advance(2 * 3_600)
    await reaches(order, 'failed')
  })
})

describe('a database that is away just when the mail server has said 250', () => {
  it('is waited for, so that the mail is not sent again', async () => {
    const order = knownOrder(peers)
    await sql`
      create function be_away() returns trigger language plpgsql as $$
        begin raise exception 'terminating connection' using errcode = '57P01'; end $$`.execute(fixture.db)
    await sql`create trigger away before update on delivery for each row when (new.state = 'sent')
      execute function be_away()`.execute(fixture.db)
    await fixture.deliverOrder(order)
    await eventually(async () => (await inbox.messages(buyerOf(order))).length === 1)
    await sql`drop trigger away on delivery`.execute(fixture.db)
    await reaches(order, 'sent')
    expect(await inbox.messages(buyerOf(order))).toHaveLength(1)
  })
})

describe('a refusal for good', () => {
  it('550 stops at once, says why without the address, and does not hold up the others', async () => {
    const [bad, ...good] = Array.from({ length: 6 }, () => knownOrder(peers))
    if (!bad) throw new Error('no order')
    await inbox.order({ next: '550', to: buyerOf(bad), count: 100 })
    for (const order of [bad, ...good]) await fixture.deliverOrder(order)
    expect(await reaches(bad, 'failed')).toMatchObject({ attempts: 1 })
    for (const order of good) await reaches(order, 'sent')
    expect((await rowOf(bad))?.last_error).toContain('550')
    expect((await rowOf(bad))?.last_error).not.toContain('@')
    expect(await inbox.messages(buyerOf(bad))).toHaveLength(0)
  })

  it('an address that is none, or two, never reaches the mail server', async () => {
    const before = (await inbox.accepted()).length
    const addresses = [
      'a@b.org\r\nRCPT TO:<x@evil.org>',
      'a@b.org, c@d.org',
      'a@b.org\nTo: x@evil.org',
      '<a@b.org>',
      'a b@c.org',
      '@b.org',
    ]
    const orders = addresses.map((email) => knownOrder(peers, { buyer: { name: 'Mallory', email } }))
    for (const order of orders) await fixture.deliverOrder(order)
    for (const order of orders)
      expect(await reaches(order, 'failed')).toMatchObject({ last_error: 'The address is not valid.' })
    expect(await inbox.accepted()).toHaveLength(before)
  })
})

describe('a mail server that vanishes', () => {
  it('after it took the message: the same Message-ID comes again, once', async () => {
    const order = knownOrder(peers)
    await inbox.order({ next: 'drop', to: buyerOf(order) })
    await fixture.deliverOrder(order)
    await reaches(order, 'retrying')
    fixture.clock.advance(10)
    await reaches(order, 'sent')
    const mails = await inbox.messages(buyerOf(order))
    expect(mails).toHaveLength(2)
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(1)
  })

  it('in the middle of the work: what waits is not charged, and all of it arrives when it is back', async () => {
    await inbox.stop()
    const orders = Array.from({ length: 12 }, () => knownOrder(peers))
    for (const order of orders) await fixture.deliverOrder(order)
    await eventually(() => fixture.context.outages.present().includes('smtp'))
    await inbox.start()
    const minute = setInterval(() => fixture.clock.advance(5), 100)
    for (const order of orders) {
      await reaches(order, 'sent')
      expect(await inbox.messages(buyerOf(order))).toHaveLength(1)
    }
    clearInterval(minute)
  })
})

describe('S-68: what a name holds', () => {
  it.each([
    'Zoë\r\nBcc: victim@example.org',
    '"admin@bank.example" <admin@bank.example>',
    'a, b@example.org',
    'Émile; DROP',
  ])('%j makes no header and no second recipient', async (name) => {
    const order = knownOrder(peers)
    if (order.buyer) order.buyer.name = name
    order.event.title = { en: 'T\r\nBcc: victim@example.org', fr: 'T\r\nBcc: victim@example.org\r\n\r\n<b>' }
    await fixture.deliverOrder(order)
    await reaches(order, 'sent')
    const [mail] = await inbox.messages(buyerOf(order))
    const raw = await inbox.raw(mail?.id ?? '')
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
    expect(mail?.to).toEqual([buyerOf(order)])
    expect(head).not.toMatch(/^(bcc|cc):/im)
    expect(head.match(/^to:/gim)).toHaveLength(1)
    expect(head.match(/^subject:/gim)).toHaveLength(1)
    const to = /^To: ((?:.|\r\n )*?)\r\n(?! )/m.exec(head)?.[1] ?? ''
    expect(to.match(/@/g)).toHaveLength(1)
  })
})

describe('a mail server that stalls after a message', () => {
  it('holds one place; the other mails go on', async () => {
    const [stalled, ...others] = Array.from({ length: 8 }, () => knownOrder(peers))
    if (!stalled) throw new Error('no order')
    await inbox.order({ next: 'stall', to: buyerOf(stalled) })
    for (const order of [stalled, ...others]) await fixture.deliverOrder(order)
    for (const order of others) await reaches(order, 'sent')
    // It may be the last to be taken up.
    const row = await eventually(async () => {
      const found = (await fixture.deliveries()).find((each) => toId('ord', each.order_id ?? '') === stalled.id)
      return found?.state === 'sending' && found
    })
    expect(row).toMatchObject({ state: 'sending', attempts: 0 })
  })
})

describe('the back-off', () => {
  it('doubles from 5 s to 4 min, half of it by chance, and becomes patient after two hours', () => {
    expect([1, 2, 3, 7, 30].map((attempt) => backOffMs(attempt, 1) / 1_000)).toEqual([5, 10, 20, 240, 240])
    expect(backOffMs(1, 0)).toBe(2_500)
    expect(backOffMs(40, 1)).toBe(1_800_000)
  })
})
