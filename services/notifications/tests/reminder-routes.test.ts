import { newUuid, parseId, toId } from '@guichet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startConsuming } from '../src/consumers.ts'
import { addDeliveries } from '../src/deliveries/add-deliveries.ts'
import { type EventFacts, eventFacts, eventMessages } from './event-facts.ts'
import { type Fixture, startNotifications } from './fixture.ts'

let fixture: Fixture
let facts: EventFacts
let theirs: EventFacts

beforeAll(async () => {
  fixture = await startNotifications({ started: false })
  startConsuming(fixture.context, fixture.bus, {})
})
afterAll(() => fixture?.end())

beforeEach(async () => {
  facts = eventFacts(fixture)
  theirs = eventFacts(fixture)
  for (const event of [facts, theirs]) await eventMessages(fixture).published(event)
})

type As = 'owner' | 'manager' | 'finance' | 'support' | 'door' | 'viewer' | 'stranger' | 'admin' | 'nobody'

async function call(as: As, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) {
  const memberships: Record<string, string> =
    as === 'stranger' ? { [theirs.organizerId]: 'owner' } : as === 'admin' ? {} : { [facts.organizerId]: as }
  const token = as === 'nobody' ? undefined : await fixture.token(memberships, as === 'admin')
  return fixture.app.inject({
    method,
    url,
    headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(payload ? { payload } : {}),
  })
}

const rules = (event = facts) => `/v1/events/${event.eventId}/reminder-rules`
const DAY_BEFORE = { timing: { daysBefore: 1, at: '18:00' } }
const comparable = (answer: { json(): object }) => ({ ...answer.json(), instance: '' })

async function made(body: object = DAY_BEFORE) {
  const answer = await call('owner', 'POST', rules(), body)
  expect(answer.statusCode).toBe(201)
  return answer.json() as { id: string; dueAt: string; version: number }
}

describe('createReminderRule', () => {
  it('says when it will go, and lists it, the first to go first', async () => {
    const note = { en: 'Bring a coat.', fr: 'Prenez un manteau.' }
    const dayBefore = await call('owner', 'POST', rules(), { ...DAY_BEFORE, channels: ['email', 'sms'], note })
    expect(dayBefore.statusCode).toBe(201)
    expect(dayBefore.headers.etag).toBe('"v1"')
    expect(dayBefore.json()).toMatchObject({
      eventId: facts.eventId,
      timing: { daysBefore: 1, at: '18:00' },
      channels: ['email', 'sms'],
      note,
      state: 'waiting',
      begunAt: null,
      messages: { open: 0, sent: 0, failed: 0, skipped: 0 },
    })
    const hours = await made({ timing: { minutesBefore: 120 } })
    expect(hours.dueAt).toBe(new Date(Date.parse(facts.startsAt) - 7_200_000).toISOString())
    const week = await made({ timing: { daysBefore: 7, at: '09:00' } })
    const list = (await call('viewer', 'GET', rules())).json()
    expect(list.items.map((item: { id: string }) => item.id)).toEqual([week.id, dayBefore.json().id, hours.id])
    expect(list).toMatchObject({ startsAt: facts.startsAt, timeZone: 'Europe/Paris' })
  })

  it.each([
    [{}],
    [{ timing: {} }],
    [{ timing: { daysBefore: 1 } }],
    [{ timing: { daysBefore: 1, at: '25:00' } }],
    [{ timing: { daysBefore: 366, at: '10:00' } }],
    [{ timing: { daysBefore: 1, at: '10:00', minutesBefore: 5 } }],
    [{ timing: { minutesBefore: 4 } }],
    [{ timing: { minutesBefore: 1.5 } }],
    [{ ...DAY_BEFORE, channels: [] }],
    [{ ...DAY_BEFORE, channels: ['pigeon'] }],
    [{ ...DAY_BEFORE, channels: ['sms', 'sms'] }],
    [{ ...DAY_BEFORE, note: { de: 'Mantel' } }],
    [{ ...DAY_BEFORE, note: { en: 'x'.repeat(1_001) } }],
    [{ ...DAY_BEFORE, color: 'red' }],
  ])('refuses %j', async (body) => {
    const answer = await call('owner', 'POST', rules(), body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().code).toBe('request-invalid')
  })

  it('refuses a second one for the same time, so that sending the form twice makes one', async () => {
    const first = await made()
    const again = await Promise.all(Array.from({ length: 5 }, () => call('owner', 'POST', rules(), DAY_BEFORE)))
    for (const answer of again)
      expect(answer.json()).toMatchObject({ code: 'reminder-exists', reminderRuleId: first.id })
    expect((await call('owner', 'GET', rules())).json().items).toHaveLength(1)
  })

  it('refuses a time that is over, or after the start', async () => {
    for (const timing of [{ daysBefore: 30, at: '10:00' }, { minutesBefore: 60 * 24 * 11 }]) {
      const answer = await call('owner', 'POST', rules(), { timing })
      expect(answer.statusCode).toBe(409)
      expect(answer.json().code).toBe('reminder-too-late')
    }
  })

  it('refuses the twenty-first', async () => {
    for (let index = 0; index < 20; index += 1) await made({ timing: { minutesBefore: 10 + index } })
    const answer = await call('owner', 'POST', rules(), DAY_BEFORE)
    expect(answer.json()).toMatchObject({ status: 409, code: 'reminders-full', max: 20 })
  })

  it('refuses a reminder of a cancelled event', async () => {
    await eventMessages(fixture).cancelled({ ...facts, version: 2 })
    expect((await call('owner', 'POST', rules(), DAY_BEFORE)).json().code).toBe('reminder-event-cancelled')
  })
})

describe('who may', () => {
  it.each<[As, number, number]>([
    ['owner', 200, 201],
    ['manager', 200, 201],
    ['admin', 200, 201],
    ['support', 200, 403],
    ['viewer', 200, 403],
    ['finance', 403, 403],
    ['door', 403, 403],
    ['stranger', 404, 404],
    ['nobody', 401, 401],
  ])('%s: look %i, make %i, and the same to change and remove', async (as, look, make) => {
    const { id } = await made({ timing: { minutesBefore: 30 } })
    expect((await call(as, 'GET', rules())).statusCode).toBe(look)
    expect((await call(as, 'GET', `/v1/events/${facts.eventId}/reminder-preview?minutesBefore=60`)).statusCode).toBe(
      look,
    )
    expect((await call(as, 'POST', rules(), DAY_BEFORE)).statusCode).toBe(make)
    const change = await call(as, 'PATCH', `/v1/reminder-rules/${id}`, { channels: ['email'] }, { 'if-match': '*' })
    expect(change.statusCode).toBe(make === 201 ? 200 : make)
    const removal = await call(as, 'DELETE', `/v1/reminder-rules/${id}`)
    expect(removal.statusCode).toBe(make === 201 ? 204 : make)
  })

  it('another’s event and rule are as if they were not', async () => {
    const { id } = await made()
    const nothing = toId('evt', newUuid())
    expect(comparable(await call('stranger', 'GET', rules()))).toEqual(
      comparable(await call('stranger', 'GET', `/v1/events/${nothing}/reminder-rules`)),
    )
    const none = await call('stranger', 'DELETE', `/v1/reminder-rules/${toId('rem', newUuid())}`)
    expect(comparable(await call('stranger', 'DELETE', `/v1/reminder-rules/${id}`))).toEqual(comparable(none))
  })
})

describe('updateReminderRule', () => {
  it('moves it, and says when it goes now', async () => {
    const rule = await made()
    const answer = await call(
      'manager',
      'PATCH',
      `/v1/reminder-rules/${rule.id}`,
      { timing: { minutesBefore: 180 }, note: { fr: 'À pied.' } },
      { 'if-match': '"v1"' },
    )
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.etag).toBe('"v2"')
    expect(answer.json()).toMatchObject({
      dueAt: new Date(Date.parse(facts.startsAt) - 10_800_000).toISOString(),
      timing: { minutesBefore: 180 },
      note: { fr: 'À pied.' },
    })
  })

  it('needs the version that was seen', async () => {
    const { id } = await made()
    const url = `/v1/reminder-rules/${id}`
    expect((await call('owner', 'PATCH', url, { channels: ['sms'] })).statusCode).toBe(428)
    expect((await call('owner', 'PATCH', url, { channels: ['sms'] }, { 'if-match': '"v7"' })).statusCode).toBe(412)
    expect((await call('owner', 'PATCH', url, {}, { 'if-match': '*' })).statusCode).toBe(400)
  })

  it('calls off what was planned, and not sent, by a way that is taken out, until it is taken in again', async () => {
    const { id } = await made({ ...DAY_BEFORE, channels: ['email', 'sms'] })
    const ruleUuid = parseId('rem', id) ?? ''
    const planned = { source: id, kind: 'event-reminder', recipientKey: 'o', reminderRuleId: ruleUuid } as const
    const both = (['email', 'sms'] as const).map((channel) => ({ ...planned, channel }))
    await addDeliveries(fixture.db, fixture.clock.now(), both)
    const change = (body: object) => call('owner', 'PATCH', `/v1/reminder-rules/${id}`, body, { 'if-match': '*' })
    const rows = () =>
      fixture.db
        .selectFrom('delivery')
        .select(['channel', 'state', 'skip_reason', 'next_attempt_at'])
        .where('reminder_rule_id', '=', ruleUuid)
        .orderBy('channel')
        .execute()
    const first = new Date((await change({ channels: ['email'] })).json().dueAt)
    expect(await rows()).toMatchObject([
      { channel: 'email', state: 'pending', next_attempt_at: first },
      { channel: 'sms', state: 'skipped', skip_reason: 'called-off' },
    ])
    const timing = { minutesBefore: 90 }
    const then = new Date((await change({ timing, channels: ['email', 'sms'] })).json().dueAt)
    expect(await rows()).toMatchObject([
      { channel: 'email', state: 'pending', next_attempt_at: then },
      { channel: 'sms', state: 'pending', skip_reason: null, next_attempt_at: then },
    ])
  })

  it('does not change one that has begun', async () => {
    const { id } = await made()
    await fixture.db
      .updateTable('reminder_rule')
      .set({ state: 'begun', begun_at: fixture.clock.now() })
      .where('id', '=', parseId('rem', id) ?? '')
      .execute()
    const answer = await call('owner', 'PATCH', `/v1/reminder-rules/${id}`, { channels: ['sms'] }, { 'if-match': '*' })
    expect(answer.json()).toMatchObject({ status: 409, code: 'reminder-begun' })
  })
})

describe('removeReminderRule', () => {
  it('removes it for good, and makes room for another at its time', async () => {
    const { id } = await made()
    expect((await call('owner', 'DELETE', `/v1/reminder-rules/${id}`)).statusCode).toBe(204)
    expect((await call('owner', 'DELETE', `/v1/reminder-rules/${id}`)).statusCode).toBe(404)
    expect((await call('owner', 'GET', rules())).json().items).toEqual([])
    await made()
  })
})

describe('previewReminder', () => {
  const preview = (query: string) => call('owner', 'GET', `/v1/events/${facts.eventId}/reminder-preview?${query}`)

  it('says when a reminder would go, in which zone, and whether there is still time', async () => {
    expect((await preview('minutesBefore=60')).json()).toEqual({
      dueAt: new Date(Date.parse(facts.startsAt) - 3_600_000).toISOString(),
      state: 'waiting',
      startsAt: facts.startsAt,
      timeZone: 'Europe/Paris',
    })
    expect((await preview('daysBefore=60&at=10:00')).json().state).toBe('missed')
  })

  it.each(['', 'daysBefore=1', 'at=10:00', 'daysBefore=1&at=10:00&minutesBefore=60', 'minutesBefore=x', 'color=red'])(
    'refuses "%s"',
    async (query) => expect((await preview(query)).statusCode).toBe(400),
  )
})
