import { newUuid, parseId, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maySend, type Sending } from '../src/consent/may-send.ts'
import { quietUntil } from '../src/consent/quiet-hours.ts'
import { recordWishes, type Said } from '../src/consent/record-wishes.ts'
import { takeOverConsents } from '../src/consent/take-over-consents.ts'
import { type Fixture, startNotifications } from './fixture.ts'

const QUIET = { from: 21, until: 8 }
const OURS = parseId('org', newOrganizerId()) ?? ''
const THEIRS = parseId('org', newOrganizerId()) ?? ''
const NOON = new Date('2026-12-01T12:00:00Z')
const NIGHT = new Date('2026-12-01T22:30:00Z')

let fixture: Fixture

beforeAll(async () => {
  fixture = await startNotifications({ started: false, config: { quietHours: QUIET } })
})
afterAll(() => fixture?.end())

const newAddress = () => `${newUuid().slice(-12)}@example.org`
const newNumber = () => `+336${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`

function ask(sending: Partial<Sending> & Pick<Sending, 'address'>) {
  const channel = sending.address.startsWith('+') ? ('sms' as const) : ('email' as const)
  return maySend(fixture.context, {
    organizerId: OURS,
    channel,
    purpose: 'marketing',
    kind: 'order-confirmation',
    now: NOON,
    timeZone: 'Europe/Paris',
    ...sending,
  })
}

async function say(address: string, said: Partial<Said>): Promise<void> {
  const one: Said = {
    organizerId: OURS,
    channel: address.startsWith('+') ? 'sms' : 'email',
    purpose: 'marketing',
    address,
    granted: true,
    source: 'checkout',
    sourceKey: newUuid(),
    wording: { text: 'Yes, send me news.', version: '1', language: 'en' },
    givenAt: NOON,
    ...said,
  }
  await recordWishes(fixture.db, fixture.context.keys, NOON, [one])
}

describe('who has said nothing', () => {
  it.each([
    ['email', 'transactional', true],
    ['email', 'reminder', true],
    ['email', 'information', true],
    ['email', 'marketing', false],
    ['sms', 'transactional', true],
    ['sms', 'reminder', false],
    ['sms', 'information', false],
    ['sms', 'marketing', false],
  ] as const)('by %s gets what is %s: %s', async (channel, purpose, sent) => {
    const answer = await ask({ address: channel === 'sms' ? newNumber() : newAddress(), purpose })
    if (sent) expect(answer).toEqual({ send: true })
    else expect(answer).toMatchObject({ skip: 'no-consent' })
  })
})

describe('a consent', () => {
  it('holds for its address however it is written, its sender and its purpose alone', async () => {
    const address = newAddress()
    await say(address, {})
    expect(await ask({ address: address.toUpperCase() })).toEqual({ send: true })
    expect(await ask({ address, organizerId: THEIRS })).toMatchObject({ skip: 'no-consent' })
    expect(await ask({ address, organizerId: null })).toMatchObject({ skip: 'no-consent' })
    expect(await ask({ address: newAddress() })).toMatchObject({ skip: 'no-consent' })
  })

  it('ends with a later refusal, and is not revived by an older consent that is told late', async () => {
    const address = newAddress()
    await say(address, {})
    await say(address, { granted: false, source: 'one-click', givenAt: new Date(NOON.getTime() + 2_000) })
    expect(await ask({ address })).toMatchObject({ skip: 'no-consent' })
    await say(address, { givenAt: new Date(NOON.getTime() + 1_000) })
    expect(await ask({ address })).toMatchObject({ skip: 'no-consent' })
    await say(address, { givenAt: new Date(NOON.getTime() + 3_000) })
    expect(await ask({ address })).toEqual({ send: true })
  })

  it('is written once for its cause, however often it is told', async () => {
    const address = newAddress()
    const sourceKey = toId('ord', newUuid())
    for (let time = 0; time < 3; time += 1) await say(address, { sourceKey })
    const rows = await fixture.db.selectFrom('consent').select('id').where('source_key', '=', sourceKey).execute()
    expect(rows).toHaveLength(1)
  })
})

describe('the boxes of an order whose address is corrected', () => {
  const box = { kind: 'organizer-news', wording: 'News, please.', wordingVersion: '1', language: 'en' as const }
  const consents = [{ ...box, givenAt: NOON.toISOString() }]
  const takeOver = (id: string, email: string) =>
    takeOverConsents(fixture.context, { id, consents, buyer: { name: null, email, phone: null } }, OURS)

  it('count for the buyer, and no longer for whose address it was by mistake', async () => {
    const id = toId('ord', newUuid())
    const [stranger, other, buyer] = [newAddress(), newAddress(), newAddress()]
    for (const address of [stranger, stranger, other, buyer, buyer]) await takeOver(id, address)
    expect(await ask({ address: stranger })).toMatchObject({ skip: 'no-consent' })
    expect(await ask({ address: other })).toMatchObject({ skip: 'no-consent' })
    expect(await ask({ address: buyer })).toEqual({ send: true })
    const rows = await fixture.db
      .selectFrom('consent')
      .select('address')
      .where('source_key', 'like', `${id}%`)
      .execute()
    expect(rows).toHaveLength(5)
  })

  it('end nothing that the other has agreed to themselves', async () => {
    const [other, buyer] = [newAddress(), newAddress()]
    const id = toId('ord', newUuid())
    await takeOver(id, other)
    await say(other, { source: 'preferences', givenAt: new Date(NOON.getTime() + 1_000) })
    await takeOver(id, buyer)
    expect(await ask({ address: other })).toEqual({ send: true })
  })
})

it('STOP ends every SMS of all senders, also what was bought, until its reader says yes again to one of them', async () => {
  const address = newNumber()
  await say(address, { purpose: 'reminder' })
  const stop = { organizerId: null, purpose: 'transactional', source: 'reply', wording: undefined } as const
  await say(address, { ...stop, granted: false, givenAt: new Date(NOON.getTime() + 1_000) })
  expect(await ask({ address, purpose: 'reminder' })).toMatchObject({ skip: 'no-consent' })
  expect(await ask({ address, purpose: 'transactional' })).toMatchObject({ skip: 'no-consent' })
  await say(address, { purpose: 'reminder', givenAt: new Date(NOON.getTime() + 2_000) })
  expect(await ask({ address, purpose: 'reminder' })).toEqual({ send: true })
  expect(await ask({ address, purpose: 'transactional' })).toEqual({ send: true })
  expect(await ask({ address, purpose: 'transactional', organizerId: THEIRS })).toMatchObject({ skip: 'no-consent' })
})

describe('quiet hours', () => {
  it.each([
    ['an evening', '2026-12-01T20:00:00Z', 'Europe/Paris', '2026-12-02T07:00:00.000Z'],
    ['after midnight', '2026-12-02T02:00:00Z', 'Europe/Paris', '2026-12-02T07:00:00.000Z'],
    ['the last minute', '2026-12-02T06:59:59Z', 'Europe/Paris', '2026-12-02T07:00:00.000Z'],
    ['the night in which clocks go forward', '2027-03-27T22:00:00Z', 'Europe/Paris', '2027-03-28T06:00:00.000Z'],
    ['the night in which they go back', '2026-10-24T22:00:00Z', 'Europe/Paris', '2026-10-25T07:00:00.000Z'],
    ['another zone', '2026-12-01T12:00:00Z', 'Pacific/Auckland', '2026-12-01T19:00:00.000Z'],
    ['a zone that nobody knows', '2026-12-01T22:00:00Z', 'Mars/Olympus', '2026-12-02T08:00:00.000Z'],
  ])('%s lasts until eight in the morning there', (_name, now, timeZone, until) => {
    expect(quietUntil(QUIET, new Date(now), timeZone)?.toISOString()).toBe(until)
  })

  it('are over at eight, and have not begun before nine in the evening', () => {
    expect(quietUntil(QUIET, new Date('2026-12-02T07:00:00Z'), 'Europe/Paris')).toBeUndefined()
    expect(quietUntil(QUIET, new Date('2026-12-01T19:59:59Z'), 'Europe/Paris')).toBeUndefined()
  })

  it('hold back what can wait, never what was bought', async () => {
    const address = newAddress()
    expect(await ask({ address, purpose: 'information', now: NIGHT })).toEqual({
      wait: new Date('2026-12-02T07:00:00Z'),
    })
    expect(await ask({ address, purpose: 'transactional', now: NIGHT })).toEqual({ send: true })
    expect(await ask({ address: newNumber(), purpose: 'transactional', now: NIGHT })).toEqual({ send: true })
  })

  it('let a mail through that would come too late in the morning, and skip such an SMS', async () => {
    const [address, number] = [newAddress(), newNumber()]
    await say(number, { purpose: 'reminder' })
    const sending = { purpose: 'reminder', now: NIGHT, expiresAt: new Date('2026-12-02T06:00:00Z') } as const
    expect(await ask({ ...sending, address })).toEqual({ send: true })
    expect(await ask({ ...sending, address: number })).toMatchObject({ skip: 'too-late' })
  })
})
