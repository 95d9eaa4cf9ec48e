import { newUuid, parseId, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beginReminder } from '../src/reminders/begin-reminder.ts'
import { type EventFacts, eventFacts, eventMessages, period } from './event-facts.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

let inbox: Inbox
let peers: Peers
let fixture: Fixture
let messages: ReturnType<typeof eventMessages>

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
  messages = eventMessages(fixture)
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
})

const HOUR = 3_600

/** A reminder as the organizer makes it; the event begins in so many hours. */
async function remind(facts: EventFacts, hoursBefore: number, more: object = {}): Promise<string> {
  const answer = await fixture.app.inject({
    method: 'POST',
    url: `/v1/events/${facts.eventId}/reminder-rules`,
    headers: { authorization: `Bearer ${await fixture.token({ [facts.organizerId]: 'owner' })}` },
    payload: { timing: { minutesBefore: hoursBefore * 60 }, ...more },
  })
  expect(answer.statusCode).toBe(201)
  return answer.json().id
}

/** Other terms, as the organizer makes them. */
const change = async (facts: EventFacts, ruleId: string, payload: object) =>
  fixture.app.inject({
    method: 'PATCH',
    url: `/v1/reminder-rules/${ruleId}`,
    headers: { authorization: `Bearer ${await fixture.token({ [facts.organizerId]: 'owner' })}`, 'if-match': '*' },
    payload,
  })

const ruleOf = (ruleId: string) =>
  fixture.db
    .selectFrom('reminder_rule')
    .select(['state', 'due_at', 'begun_at'])
    .where('id', '=', parseId('rem', ruleId) ?? '')
    .executeTakeFirstOrThrow()

const inState = (ruleId: string, state: string) => eventually(async () => (await ruleOf(ruleId)).state === state)

const rowsOf = (ruleId: string) =>
  fixture.db
    .selectFrom('delivery')
    .select(['id', 'state', 'channel', 'order_id', 'skip_reason', 'priority', 'expires_at'])
    .where('reminder_rule_id', '=', parseId('rem', ruleId) ?? '')
    .orderBy('id')
    .execute()

const settled = (ruleId: string, count: number) =>
  eventually(async () => {
    const rows = await rowsOf(ruleId)
    return rows.length >= count && rows.every((row) => ['sent', 'skipped', 'failed'].includes(row.state)) && rows
  })

/** Planned, tried, and written down as waiting for the mail server. */
const putBack = (ruleId: string) =>
  eventually(async () => {
    const away = fixture.context.outages.present().includes('smtp')
    const rows = await rowsOf(ruleId)
    return away && rows.length === 1 && rows.every((row) => row.state === 'pending')
  })

const orderOf = (facts: EventFacts, changes: Record<string, unknown> = {}) =>
  knownOrder(peers, { eventId: facts.eventId, organizerId: facts.organizerId, locale: 'en', ...changes })

const mailsTo = async (order: ReturnType<typeof orderOf>) =>
  (await inbox.messages(order.buyer?.email ?? '')).map((mail) => mail.subject)

describe('a reminder', () => {
  it('goes once, when its time has come, to each order with valid tickets, with what the organizer adds', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const orders = [orderOf(facts), orderOf(facts), orderOf(facts), orderOf(facts), orderOf(facts)]
    const refunded = orderOf(facts, { state: 'refunded' })
    const rule = await remind(facts, 2, { note: { en: 'Bring a coat.', fr: 'Prenez un manteau.' } })
    fixture.clock.advance(45 * HOUR)
    expect(await beginReminder(fixture.context)).toBe(false)
    fixture.clock.advance(HOUR)
    const rows = await settled(rule, 6)
    expect(rows.filter((row) => row.state === 'skipped')).toMatchObject([
      { order_id: parseId('ord', refunded.id), skip_reason: 'no-longer-true' },
    ])
    expect(rows[0]).toMatchObject({ priority: 2, expires_at: new Date(facts.startsAt) })
    for (const order of orders) expect(await mailsTo(order)).toHaveLength(1)
    const [mail] = await inbox.messages(orders[0]?.buyer?.email ?? '')
    expect(mail?.text).toContain('Bring a coat.')
    expect(mail?.text).toContain(`/en/orders/${orders[0]?.id}?key=`)
  })

  it('counts for the buyer what is still theirs, and goes to nobody for tickets that are all with others', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const ticket = (held: boolean) => {
      const id = toId('tkt', newUuid())
      const email = `holder.${id.slice(-10)}@example.org`
      const holder = held ? { email, since: '2027-01-11T09:00:00.000Z', secret: '2.key-of-the-ticket' } : null
      const typeName = { en: held ? 'Balcony' : 'Stalls', fr: held ? 'Balcon' : 'Orchestre' }
      return { id, typeName, holderName: held ? 'Moussa Traoré' : 'Zoë Lefèvre', code: null, state: 'valid', holder }
    }
    const some = orderOf(facts, { tickets: [ticket(true), ticket(false)] })
    const passedOn = ticket(true)
    const none = orderOf(facts, { tickets: [passedOn] })
    const rule = await remind(facts, 2)
    fixture.clock.advance(46 * HOUR)
    const rows = await settled(rule, 4)
    expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(3)
    expect(await mailsTo(none)).toEqual([])
    const [mail] = await inbox.messages(some.buyer?.email ?? '')
    expect(mail?.text).toContain('Stalls')
    expect(mail?.text).not.toContain('Balcony')
    const [theirs] = await inbox.messages(passedOn.holder?.email ?? '')
    expect(theirs?.text).toContain('Balcony')
    expect(theirs?.text).toContain('somebody passed a ticket on to this address')
  })

  it('is not sent a second time when the event moves after it went, and reaches then who bought since', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const early = orderOf(facts)
    const rule = await remind(facts, 24)
    fixture.clock.advance(24 * HOUR)
    await settled(rule, 1)
    const moved = { ...facts, version: 2, ...period(fixture, 100) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    await inState(rule, 'waiting')
    const late = orderOf(facts)
    fixture.clock.advance(76 * HOUR)
    await settled(rule, 2)
    expect((await mailsTo(early)).filter((subject) => !subject.startsWith('New date'))).toHaveLength(1)
    expect((await mailsTo(late)).filter((subject) => !subject.startsWith('New date'))).toHaveLength(1)
  })

  it('follows an event that moves before it went', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    orderOf(facts)
    const rule = await remind(facts, 24)
    const moved = { ...facts, version: 2, ...period(fixture, 200) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    fixture.clock.advance(30 * HOUR)
    expect(await beginReminder(fixture.context)).toBe(false)
    expect(await ruleOf(rule)).toMatchObject({ state: 'waiting', due_at: hoursBefore(moved.startsAt, 24) })
    fixture.clock.advance(146 * HOUR)
    await settled(rule, 1)
  })

  it('that was planned and not sent when the event moves goes at its new time', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = orderOf(facts)
    const rule = await remind(facts, 24)
    await inbox.stop()
    fixture.clock.advance(24 * HOUR)
    await putBack(rule)
    const moved = { ...facts, version: 2, ...period(fixture, 200) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    await inbox.start()
    fixture.clock.advance(HOUR)
    await eventually(async () => (await mailsTo(order)).length === 1)
    expect((await mailsTo(order))[0]).toMatch(/^New date/)
    expect((await rowsOf(rule)).map((row) => row.state)).not.toContain('sent')
    fixture.clock.advance(175 * HOUR)
    await settled(rule, 1)
    expect(await mailsTo(order)).toHaveLength(2)
  })

  it('that is changed after it went, and the event moved, reaches only who has bought since', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const early = orderOf(facts)
    const rule = await remind(facts, 24)
    fixture.clock.advance(24 * HOUR)
    await settled(rule, 1)
    expect((await change(facts, rule, { channels: ['email'] })).json()).toMatchObject({ code: 'reminder-begun' })
    const moved = { ...facts, version: 2, ...period(fixture, 100) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    await inState(rule, 'waiting')
    expect((await change(facts, rule, { timing: { minutesBefore: 50 * 60 } })).statusCode).toBe(200)
    const late = orderOf(facts)
    fixture.clock.advance(50 * HOUR)
    await settled(rule, 2)
    for (const order of [early, late])
      expect((await mailsTo(order)).filter((subject) => !subject.startsWith('New date'))).toHaveLength(1)
  })

  it('that was planned and not sent goes at the time that somebody then chooses', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = orderOf(facts)
    const rule = await remind(facts, 24)
    await inbox.stop()
    fixture.clock.advance(24 * HOUR)
    await putBack(rule)
    const moved = { ...facts, version: 2, ...period(fixture, 200) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    await change(facts, rule, { timing: { minutesBefore: 100 * 60 } })
    await inbox.start()
    fixture.clock.advance(101 * HOUR)
    expect(await settled(rule, 1)).toMatchObject([{ state: 'sent' }])
    expect((await mailsTo(order)).filter((subject) => !subject.startsWith('New date'))).toHaveLength(1)
  })

  it('that was planned and not sent goes at once when the event moves away and back', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = orderOf(facts)
    const rule = await remind(facts, 24)
    await inbox.stop()
    fixture.clock.advance(24 * HOUR)
    await putBack(rule)
    const moved = { ...facts, version: 2, ...period(fixture, 200) }
    await messages.rescheduled({ ...moved, previousStartsAt: facts.startsAt })
    await messages.rescheduled({ ...facts, version: 3, previousStartsAt: moved.startsAt })
    await inbox.start()
    fixture.clock.advance(HOUR)
    expect(await settled(rule, 1)).toMatchObject([{ state: 'sent' }])
    expect((await mailsTo(order)).filter((subject) => !subject.startsWith('New date'))).toHaveLength(1)
  })

  it('of a cancelled event is not sent, also when it had been planned', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = orderOf(facts)
    const [soon, never] = [await remind(facts, 24), await remind(facts, 2)]
    await inbox.stop()
    fixture.clock.advance(24 * HOUR)
    await eventually(async () => (await rowsOf(soon)).length === 1)
    await messages.cancelled({ ...facts, version: 2 })
    await inbox.start()
    fixture.clock.advance(HOUR)
    await eventually(async () => (await mailsTo(order)).length === 1)
    expect(await settled(soon, 1)).toMatchObject([{ state: 'skipped', skip_reason: 'called-off' }])
    expect((await ruleOf(never)).state).toBe('called-off')
    fixture.clock.advance(40 * HOUR)
    expect(await mailsTo(order)).toEqual([expect.stringMatching(/^Cancelled/)])
  })

  it('that comes too late, because nothing ran, is missed once the event has begun, and sent before that', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    const begun = eventFacts(fixture, { hoursAhead: 30 })
    for (const event of [facts, begun]) await messages.published(event)
    const [order, nobody] = [orderOf(facts), orderOf(begun)]
    const [late, missed] = [await remind(facts, 24), await remind(begun, 2)]
    fixture.clock.advance(31 * HOUR)
    await settled(late, 1)
    await inState(missed, 'missed')
    expect(await mailsTo(order)).toHaveLength(1)
    expect(await mailsTo(nobody)).toEqual([])
  })

  it('that waits for a mail server until the event has begun is not sent any more', async () => {
    const facts = eventFacts(fixture, { hoursAhead: 48 })
    await messages.published(facts)
    const order = orderOf(facts)
    const rule = await remind(facts, 1)
    await inbox.stop()
    fixture.clock.advance(47 * HOUR)
    await putBack(rule)
    fixture.clock.advance(2 * HOUR)
    await inbox.start()
    expect(await settled(rule, 1)).toMatchObject([{ state: 'skipped', skip_reason: 'too-late' }])
    expect(await mailsTo(order)).toEqual([])
  })
})

const hoursBefore = (startsAt: string, hours: number) => new Date(Date.parse(startsAt) - hours * 3_600_000)
