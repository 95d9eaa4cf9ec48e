import { sql } from '@guichet/database'
import { newUuid, parseId } from '@guichet/server'
import { eventually, testBus } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDeliveries } from '../../src/deliveries/add-deliveries.ts'
import { beginAttempt } from '../../src/deliveries/attempts.ts'
import { claimDeliveries } from '../../src/deliveries/claim-deliveries.ts'
import { NotSent } from '../../src/deliveries/not-sent.ts'
import { recordNotSent } from '../../src/deliveries/record-outcome.ts'
import { sendDelivery } from '../../src/deliveries/send-delivery.ts'
import { createNotifications } from '../../src/service.ts'
import { bePatient, type Fixture, knownOrder, startNotifications } from '../fixture.ts'
import { type Inbox, startInbox } from '../outside.ts'
import { type OrderAnswer, orderAnswer, type Peers, startPeers } from '../peers.ts'

const TIMES = 10

/** The same message, delivered ten times at once by a broker that gives it to ten connections. */
async function deliverAtOnce(fixture: Fixture, order: OrderAnswer, sameId: boolean): Promise<void> {
  const id = newUuid()
  const deliveries = Array.from({ length: TIMES }, () =>
    fixture.deliverOrder(order, 'tickets.order-confirmed.v1', sameId ? id : newUuid()),
  )
  await Promise.all(deliveries)
}

describe('one fact', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await startNotifications()
  })
  afterAll(() => fixture?.end())

  it('delivered ten times at once is one delivery', async () => {
    await deliverAtOnce(fixture, orderAnswer(), true)
    expect(await fixture.deliveries()).toHaveLength(1)
  })

  it('announced again under ten other message ids is still one delivery', async () => {
    const before = (await fixture.deliveries()).length
    await deliverAtOnce(fixture, orderAnswer(), false)
    expect(await fixture.deliveries()).toHaveLength(before + 1)
  })
})

describe('control', () => {
  it('without the inbox’s key and the delivery’s key, the same message makes several', async () => {
    const fixture = await startNotifications()
    await sql`drop index delivery_once`.execute(fixture.db)
    await sql`alter table inbox drop constraint inbox_pkey`.execute(fixture.db)
    await deliverAtOnce(fixture, orderAnswer(), true)
    expect((await fixture.deliveries()).length).toBeGreaterThan(1)
    await fixture.end()
  })
})

describe('three senders at once', () => {
  let inbox: Inbox
  let peers: Peers
  beforeAll(async () => {
    ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  })
  afterAll(async () => {
    await peers?.close()
    await inbox?.remove()
  })

  async function sendByThree(): Promise<{ wanted: number; accepted: string[] }> {
    const before = (await inbox.accepted()).length
    const fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, started: false })
    const orders = Array.from({ length: 60 }, () => knownOrder(peers))
    const first = await startAnother(fixture)
    for (const order of orders) await first.deliver(order)
    const others = [await startAnother(fixture), await startAnother(fixture)]
    await eventually(async () => (await fixture.deliveries()).every((row) => row.state === 'sent'))
    await Promise.all([first, ...others].map((each) => each.stop()))
    const accepted = (await inbox.accepted()).slice(before).map((mail) => mail.messageId)
    await fixture.end()
    return { wanted: orders.length, accepted }
  }

  it('send each message once', async () => {
    const { wanted, accepted } = await sendByThree()
    expect(accepted).toHaveLength(wanted)
    expect(new Set(accepted).size).toBe(wanted)
  })

  it('control: three that look for what is due and take no lease send some twice', async () => {
    const before = (await inbox.accepted()).length
    const fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, started: false })
    const planned = Array.from({ length: 20 }, () => newUuid())
    await addDeliveries(
      fixture.db,
      fixture.clock.now(),
      planned.map((id) => ({ source: id, kind: 'order-refund', channel: 'email', recipientKey: id, orderId: id })),
    )
    // All have looked before the first has sent.
    const found = await Promise.all([1, 2, 3].map(() => fixture.deliveries()))
    await Promise.all(found.map((rows) => sendWithoutLease(fixture, rows)))
    const accepted = (await inbox.accepted()).slice(before)
    expect(accepted.length).toBeGreaterThan(planned.length)
    await fixture.end()
  })
})

async function sendWithoutLease({ context, db, clock }: Fixture, rows: readonly { id: string }[]): Promise<void> {
  for (const { id } of rows) {
    const to = { name: null, address: 'control@example.org' }
    const mail = {
      to,
      subject: 'control',
      text: '',
      html: '',
      language: 'en',
      messageId: `<${id}@control>`,
      attachments: [],
    }
    await context.mailer.send(mail, AbortSignal.timeout(30_000))
    await db.updateTable('delivery').set({ state: 'sent', sent_at: clock.now() }).where('id', '=', id).execute()
  }
}

describe('a sender that slept through its lease', () => {
  it('sends nothing and writes nothing, and another has the message', async () => {
    const [inbox, peers] = await Promise.all([startInbox(), startPeers()])
    const fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, started: false })
    const { context, clock, db } = fixture
    const order = knownOrder(peers)
    const source = order.id
    const orderId = parseId('ord', order.id) ?? ''
    await addDeliveries(db, clock.now(), [
      { source, kind: 'order-confirmation', channel: 'email', recipientKey: orderId, orderId },
    ])
    const claim = async () => {
      const options = { now: clock.now(), leaseSeconds: 60, limit: 5, away: [] }
      return (await claimDeliveries(db, options))[0]
    }
    const slept = await claim()
    if (!slept) throw new Error('nothing to claim')
    expect(await claim()).toBeUndefined()
    clock.advance(61)
    const awake = await claim()
    if (!awake) throw new Error('nothing to take over')
    await sendDelivery(context, slept)
    expect(await inbox.accepted()).toEqual([])
    expect(await fixture.deliveries()).toMatchObject([{ state: 'sending', lease: awake.lease }])
    await sendDelivery(context, awake)
    expect(await inbox.accepted()).toHaveLength(1)
    expect(await fixture.deliveries()).toMatchObject([{ state: 'sent' }])
    await fixture.end()
    await peers.close()
    await inbox.remove()
  })

  it('takes its line out of the journal without confusing the next one', async () => {
    const fixture = await startNotifications({ started: false, config: { leaseSeconds: 60 } })
    const { context, clock, db } = fixture
    const orderId = newUuid()
    await addDeliveries(db, clock.now(), [
      { source: orderId, kind: 'order-confirmation', channel: 'email', recipientKey: orderId, orderId },
    ])
    const claim = async () => {
      clock.advance(61)
      const options = { now: clock.now(), leaseSeconds: 60, limit: 5, away: [] }
      const [taken] = await claimDeliveries(db, options)
      if (!taken || !(await beginAttempt(context, taken))) throw new Error('nothing to claim')
      return taken
    }
    const slept = await claim()
    const awake = await claim()
    await recordNotSent(context, slept, undefined, new NotSent('away', 'smtp', 'away'))
    await recordNotSent(context, awake, undefined, new NotSent('put-off', 'smtp', '451'))
    await claim()
    const lines = await db.selectFrom('attempt').select(['number', 'outcome']).orderBy('number').execute()
    expect(lines).toEqual([
      { number: 2, outcome: 'put-off' },
      { number: 3, outcome: null },
    ])
    await fixture.end()
  })
})

/** Another process's worth of the service on the same database; its broker hands it what the test says. */
async function startAnother(fixture: Fixture) {
  const bus = testBus()
  const service = createNotifications(
    { config: fixture.config, secrets: fixture.secrets },
    { now: fixture.clock.now, bus, log: fixture.context.log, verifier: async () => ({ kind: 'anonymous' }) },
  )
  bePatient(service)
  await service.start()
  return {
    stop: service.stop,
    deliver: (order: OrderAnswer) =>
      bus.deliver({
        type: 'tickets.order-confirmed.v1',
        data: { orderId: order.id, eventId: order.eventId, organizerId: order.organizerId },
      }),
  }
}
