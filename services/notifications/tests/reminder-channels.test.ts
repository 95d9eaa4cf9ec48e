import { newUuid, parseId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordWishes } from '../src/consent/record-wishes.ts'
import { addDeliveries } from '../src/deliveries/add-deliveries.ts'
import { type EventFacts, eventFacts, eventMessages, period } from './event-facts.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox, startSmsSink } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

let inbox: Inbox
let sink: Awaited<ReturnType<typeof startSmsSink>>
let peers: Peers
let fixture: Fixture
let messages: ReturnType<typeof eventMessages>

beforeAll(async () => {
  ;[inbox, sink, peers] = await Promise.all([startInbox(), startSmsSink(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, smsUrl: sink.url })
  messages = eventMessages(fixture)
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await Promise.all([inbox?.remove(), sink?.remove()])
})

const HOUR = 3_600

async function ask(method: 'POST' | 'PATCH', facts: EventFacts, url: string, payload: object) {
  const authorization = `Bearer ${await fixture.token({ [facts.organizerId]: 'owner' })}`
  const answer = await fixture.app.inject({ method, url, headers: { authorization, 'if-match': '*' }, payload })
  expect(answer.statusCode).toBe(method === 'POST' ? 201 : 200)
  return answer.json() as { id: string; channels: string[] }
}

/** A reminder a day before the event. */
const remind = async (facts: EventFacts, ...channels: string[]) =>
  (
    await ask('POST', facts, `/v1/events/${facts.eventId}/reminder-rules`, {
      timing: { minutesBefore: 1_440 },
      channels,
    })
  ).id
const change = (facts: EventFacts, ruleId: string, ...channels: string[]) =>
  ask('PATCH', facts, `/v1/reminder-rules/${ruleId}`, { channels })

/** Moves the event to so many hours from now: the rule waits again. */
async function move(facts: EventFacts, ruleId: string, hoursAhead: number): Promise<void> {
  const moved = { ...facts, version: 2, ...period(fixture, hoursAhead) }
  await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
  const uuid = parseId('rem', ruleId) ?? ''
  const rule = () => fixture.db.selectFrom('reminder_rule').select('state').where('id', '=', uuid).executeTakeFirst()
  await eventually(async () => (await rule())?.state === 'waiting')
}

let numbers = 690_000_000

/** An order of somebody who wants reminders by SMS. */
async function orderOf(facts: EventFacts) {
  const phone = `+33${++numbers}`
  const buyer = { name: 'Zoë', email: `c${numbers}@example.org`, phone }
  const order = knownOrder(peers, { eventId: facts.eventId, organizerId: facts.organizerId, locale: 'en', buyer })
  const now = fixture.clock.now()
  await recordWishes(fixture.db, fixture.context.keys, now, [
    {
      organizerId: parseId('org', facts.organizerId) ?? '',
      channel: 'sms',
      purpose: 'reminder',
      address: phone,
      granted: true,
      source: 'checkout',
      sourceKey: newUuid(),
      wording: { text: 'Yes, remind me.', version: '1', language: 'en' },
      givenAt: now,
    },
  ])
  return { phone, uuid: parseId('ord', order.id) ?? '' }
}

/** What became of an order's reminders, once it is so. */
const become = (ruleId: string, orderUuid: string, expected: Record<string, string>) =>
  eventually(async () => {
    const rows = await fixture.db
      .selectFrom('delivery')
      .select(['channel', 'state', 'skip_reason'])
      .where('reminder_rule_id', '=', parseId('rem', ruleId) ?? '')
      .where('order_id', '=', orderUuid)
      .orderBy('channel')
      .execute()
    const states = rows.map((row) => [row.channel, row.skip_reason ?? row.state])
    return JSON.stringify(states) === JSON.stringify(Object.entries(expected))
  })

const smsTo = async (phone: string) => (await sink.messages()).filter(({ to }) => to === phone).length

describe('a reminder whose ways change', () => {
  it('that waits by SMS when its event moves still goes, when SMS are taken out and taken in again', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = await orderOf(facts)
    const rule = await remind(facts, 'email', 'sms')
    await sink.order('500-before')
    fixture.clock.advance(24 * HOUR)
    await become(rule, order.uuid, { email: 'sent', sms: 'retrying' })
    await move(facts, rule, 200)
    await change(facts, rule, 'email')
    await become(rule, order.uuid, { email: 'sent', sms: 'called-off' })
    await change(facts, rule, 'email', 'sms')
    await become(rule, order.uuid, { email: 'sent', sms: 'pending' })
    fixture.clock.advance(176 * HOUR)
    await become(rule, order.uuid, { email: 'sent', sms: 'sent' })
    expect(await smsTo(order.phone)).toBe(1)
  })

  it('that went by mail does not go to the same people by SMS, when its event moves and its way is another', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const early = await orderOf(facts)
    const rule = await remind(facts, 'email')
    fixture.clock.advance(24 * HOUR)
    await become(rule, early.uuid, { email: 'sent' })
    await move(facts, rule, 100)
    await change(facts, rule, 'sms')
    const late = await orderOf(facts)
    fixture.clock.advance(76 * HOUR)
    await become(rule, late.uuid, { sms: 'sent' })
    await become(rule, early.uuid, { email: 'sent', sms: 'no-longer-true' })
    expect([await smsTo(early.phone), await smsTo(late.phone)]).toEqual([0, 1])
  })

  it('does not go a way that was taken out while it was being sent', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = await orderOf(facts)
    const rule = await remind(facts, 'email')
    await addDeliveries(fixture.db, fixture.clock.now(), [
      {
        source: rule,
        kind: 'event-reminder',
        channel: 'sms',
        recipientKey: order.uuid,
        orderId: order.uuid,
        eventId: parseId('evt', facts.eventId) ?? '',
        organizerId: parseId('org', facts.organizerId) ?? '',
        reminderRuleId: parseId('rem', rule) ?? '',
      },
    ])
    fixture.clock.advance(24 * HOUR)
    await become(rule, order.uuid, { email: 'sent', sms: 'called-off' })
    expect(await smsTo(order.phone)).toBe(0)
  })
})
