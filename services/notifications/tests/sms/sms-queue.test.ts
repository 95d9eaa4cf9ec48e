import { createHmac } from 'node:crypto'
import { newUuid, parseId, toId } from '@guichet/server'
import { eventually, newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeAllowance } from '../../src/sms/allowance.ts'
import { parseSmsPrices } from '../../src/sms/prices.ts'
import { SMS_DEFAULTS } from '../../src/sms/sms-config.ts'
import { addRow, type Fixture, knownOrder, startNotifications } from '../fixture.ts'
import { type Inbox, startInbox } from '../outside.ts'
import { type OrderAnswer, type Peers, PUBLIC_URL, startPeers } from '../peers.ts'
import { startSmsc } from './smsc.ts'
import { ACCOUNT, startTwilio } from './twilio-fake.ts'

const SMS = { ...SMS_DEFAULTS, prices: parseSmsPrices('EUR 33=7 *=12') }

let inbox: Inbox
let peers: Peers
beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
})
afterAll(async () => {
  await peers?.close()
  await inbox?.remove()
})

let numbers = 780_000_000
function orderWithPhone(): OrderAnswer & { phone: string } {
  const phone = `+33${++numbers}`
  const order = knownOrder(peers, { buyer: { name: 'Zoë', email: `s${numbers}@example.org`, phone } })
  return Object.assign(order, { phone })
}

const rowOf = (fixture: Fixture, order: OrderAnswer) =>
  fixture.db
    .selectFrom('delivery')
    .select(['id', 'state', 'skip_reason', 'provider', 'provider_reply', 'segments', 'price_minor', 'price_currency'])
    .where('channel', '=', 'sms')
    .where('order_id', '=', parseId('ord', order.id) ?? '')
    .executeTakeFirst()
const stateOf = async (fixture: Fixture, order: OrderAnswer) => (await rowOf(fixture, order))?.state

describe('by SMPP', () => {
  let smsc: Awaited<ReturnType<typeof startSmsc>>
  let fixture: Fixture
  beforeAll(async () => {
    smsc = await startSmsc()
    fixture = await startNotifications({
      peers,
      smtpUrl: inbox.smtpUrl,
      smsUrl: smsc.smsUrl,
      config: { sms: SMS },
    })
  })
  afterAll(async () => {
    await fixture?.end()
    await smsc?.remove()
  })

  it('a confirmation is sent once, counted and priced, and delivered when its receipt comes', async () => {
    const order = orderWithPhone()
    await fixture.deliverOrder(order)
    await eventually(async () => (await stateOf(fixture, order)) === 'delivered')
    expect(await rowOf(fixture, order)).toMatchObject({
      provider: 'smpp',
      provider_reply: 'DELIVRD',
      segments: 1,
      price_minor: 7,
      price_currency: 'EUR',
    })
    expect(await smsc.messages(order.phone)).toMatchObject([{ from: 'Guichet', parts: 1, dataCoding: 0 }])
  })

  it('a telephone that cannot be reached is told as such, in the words of the SMSC', async () => {
    const order = orderWithPhone()
    await smsc.order('undeliverable')
    await fixture.deliverOrder(order)
    await eventually(async () => (await stateOf(fixture, order)) === 'bounced')
    expect(await rowOf(fixture, order)).toMatchObject({ provider_reply: 'UNDELIV (error 011)' })
  })

  it('a throttled message goes later; one whose answer was lost is never sent twice', async () => {
    const later = orderWithPhone()
    await smsc.order('throttle')
    await fixture.deliverOrder(later)
    await eventually(async () => (await stateOf(fixture, later)) === 'retrying')
    fixture.clock.advance(15)
    await eventually(async () => (await stateOf(fixture, later)) === 'delivered')

    const lost = orderWithPhone()
    await smsc.order('drop-after')
    await fixture.deliverOrder(lost)
    await eventually(async () => (await stateOf(fixture, lost)) === 'retrying')
    fixture.clock.advance(15)
    await eventually(async () => (await stateOf(fixture, lost)) === 'failed')
    expect(await smsc.messages(lost.phone)).toHaveLength(1)
  })

  it('an SMSC that is down delays its messages, not the mails, and is found again', async () => {
    await smsc.kill()
    const order = orderWithPhone()
    await fixture.deliverOrder(order)
    await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length === 1)
    await eventually(() => fixture.context.outages.present().includes('sms'))
    await smsc.start()
    fixture.clock.advance(20)
    await eventually(async () => (await stateOf(fixture, order)) === 'delivered')
    expect(await smsc.messages(order.phone)).toHaveLength(1)
  })

  it('a process that died while it asked leaves no second SMS behind: what it did nobody knows', async () => {
    const order = orderWithPhone()
    const now = fixture.clock.now()
    const id = parseId('dlv', await addRow(fixture, { organizerId: order.organizerId, orderId: order.id })) ?? ''
    await fixture.db
      .insertInto('attempt')
      .values({ delivery_id: id, number: 1, lease: newUuid(), began_at: now })
      .execute()
    const died = { channel: 'sms', state: 'sending', lease: newUuid(), next_attempt_at: now, last_error: null } as const
    await fixture.db.updateTable('delivery').set(died).where('id', '=', id).execute()
    await eventually(async () => (await stateOf(fixture, order)) === 'failed')
    expect(await smsc.messages(order.phone)).toEqual([])
  })

  it('STOP ends them, START lets them come again', async () => {
    const order = orderWithPhone()
    await fixture.deliverOrder(order)
    await eventually(async () => (await stateOf(fixture, order)) === 'delivered')
    const say = async (text: string, granted: boolean) => {
      fixture.clock.advance(1)
      expect(await smsc.reply(order.phone, text)).toEqual({ handed: true })
      await eventually(async () => {
        const last = await fixture.db
          .selectFrom('consent')
          .select('granted')
          .where('address', '=', order.phone)
          .orderBy('id', 'desc')
          .executeTakeFirst()
        return last?.granted === granted
      })
    }
    await say('Stop.', false)
    const again = knownOrder(peers, { buyer: { ...order.buyer, phone: order.phone } })
    await fixture.deliverOrder(again)
    await eventually(async () => (await stateOf(fixture, again)) === 'skipped')
    expect(await rowOf(fixture, again)).toMatchObject({ skip_reason: 'no-consent' })
    await say('START', true)
    const third = knownOrder(peers, { buyer: { ...order.buyer, phone: order.phone } })
    await fixture.deliverOrder(third)
    await eventually(async () => (await stateOf(fixture, third)) === 'delivered')
  })
})

describe('by Twilio', () => {
  let twilio: Awaited<ReturnType<typeof startTwilio>>
  let fixture: Fixture
  beforeAll(async () => {
    twilio = await startTwilio()
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, smsUrl: twilio.smsUrl, config: { sms: SMS } })
  })
  afterAll(async () => {
    await fixture?.end()
    await twilio?.stop()
  })

  /** Signed as https://www.twilio.com/docs/usage/security says. */
  function tell(path: string, fields: Record<string, string>, token = ACCOUNT.token) {
    const sorted = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))
    const text = `${PUBLIC_URL}/api/notifications${path}${sorted.flat().join('')}`
    return fixture.app.inject({
      method: 'POST',
      url: path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': createHmac('sha1', token).update(text).digest('base64'),
      },
      payload: new URLSearchParams(fields).toString(),
    })
  }

  it('a 500 after the message was taken is one SMS, and its report is believed if Twilio has signed it', async () => {
    const order = orderWithPhone()
    twilio.order('500-after')
    await fixture.deliverOrder(order)
    await eventually(async () => (await stateOf(fixture, order)) === 'retrying')
    fixture.clock.advance(15)
    await eventually(async () => (await stateOf(fixture, order)) === 'sent')
    const own = twilio.sent.filter((sms) => sms.to === order.phone)
    expect(own).toHaveLength(1)

    const path = `/v1/sms-reports/twilio/${toId('dlv', (await rowOf(fixture, order))?.id ?? '')}`
    const fields = { MessageSid: own[0]?.sid ?? '', MessageStatus: 'delivered', To: order.phone }
    expect((await tell(path, fields, 'another token')).statusCode).toBe(401)
    expect(await stateOf(fixture, order)).toBe('sent')
    for (let time = 0; time < 2; time += 1) expect((await tell(path, fields)).statusCode).toBe(204)
    expect(await stateOf(fixture, order)).toBe('delivered')
    // What comes late changes nothing more.
    await tell(path, { ...fields, MessageStatus: 'failed', ErrorCode: '30003' })
    expect(await stateOf(fixture, order)).toBe('delivered')
  })

  it('a report of what we have not is taken and forgotten', async () => {
    const path = `/v1/sms-reports/twilio/${toId('dlv', newUuid())}`
    expect((await tell(path, { MessageSid: 'SM1', MessageStatus: 'failed' })).statusCode).toBe(204)
  })

  it('STOP ends them', async () => {
    const order = orderWithPhone()
    const fields = { From: order.phone, Body: ' arrêt ', MessageSid: 'SM2' }
    expect((await tell('/v1/sms-replies/twilio', fields, 'another token')).statusCode).toBe(401)
    expect((await tell('/v1/sms-replies/twilio', fields)).statusCode).toBe(204)
    await fixture.deliverOrder(order)
    await eventually(async () => (await stateOf(fixture, order)) === 'skipped')
    expect(twilio.sent.filter((sms) => sms.to === order.phone)).toEqual([])
  })

  it('wrong credentials hold messages back, and lose none', async () => {
    const order = orderWithPhone()
    twilio.order('unauthorized')
    await fixture.deliverOrder(order)
    await eventually(() => fixture.context.outages.present().includes('sms'))
    twilio.order(undefined)
    fixture.clock.advance(20)
    await eventually(async () => (await stateOf(fixture, order)) === 'sent')
  })
})

describe('the caps', () => {
  it('let pass no more than they say, however many ask at once, and count a repeated try once', async () => {
    const caps = { perOrder: 3, perNumberAndDay: 100, perOrganizerAndDay: 100 }
    const fixture = await startNotifications({ started: false, config: { sms: { ...SMS_DEFAULTS, caps } } })
    const organizerId = parseId('org', newOrganizerId()) ?? ''
    const orderId = newUuid()
    const rows = await Promise.all(
      Array.from({ length: 8 }, () => addRow(fixture, { organizerId: toId('org', organizerId) })),
    )
    const claims = rows.map((id) => ({ id: parseId('dlv', id) ?? '', orderId, organizerId }))
    const outcomes = await Promise.allSettled(
      claims.map((claim) => takeAllowance(fixture.context, claim, '+33612345678')),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'Skipped', why: 'capped' })
    }
    const allowed = claims.filter((_, index) => outcomes[index]?.status === 'fulfilled')
    for (const claim of allowed) await takeAllowance(fixture.context, claim, '+33612345678')
    await fixture.end()
  })
})
