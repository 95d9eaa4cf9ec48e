import { newUuid, parseId, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressKey } from '../src/consent/address-key.ts'
import { findWishes } from '../src/consent/find-wishes.ts'
import { recordWishes, type Said } from '../src/consent/record-wishes.ts'
import { addDeliveries } from '../src/deliveries/add-deliveries.ts'
import { forgetAll } from '../src/jobs/forget.ts'
import type { State } from '../src/kinds.ts'
import { forgetDeliveries } from '../src/retention/forget-deliveries.ts'
import { firstIdAt } from '../src/retention/pages.ts'
import { type Fixture, startNotifications } from './fixture.ts'

const DAY = 24 * 3_600
const ORGANIZER = parseId('org', newOrganizerId()) ?? ''

let fixture: Fixture
beforeAll(async () => {
  fixture = await startNotifications({ started: false })
})
afterAll(() => fixture?.end())

const now = () => fixture.clock.now()
const days = (count: number) => fixture.clock.advance(count * DAY)
const forget = () => forgetAll(fixture.context)

/** A delivery that is made now, with one conversation in its journal. Returns its id. */
async function aDelivery(state: State, more: object = {}): Promise<string> {
  const id = newUuid(now().getTime())
  const row = {
    ...{
      id,
      kind: 'order-confirmation' as const,
      channel: 'email' as const,
      source: id,
      recipient_key: id,
      priority: 0,
    },
    ...{ order_id: newUuid(), organizer_id: ORGANIZER, recipient_address: 'zoe@example.org', state },
    sent_at: state === 'sent' ? now() : null,
    ...{ next_attempt_at: now(), created_at: now(), ...more },
  }
  await fixture.db.insertInto('delivery').values(row).execute()
  const attempt = { delivery_id: id, number: 1, lease: id, began_at: now(), ended_at: now(), outcome: 'sent' as const }
  await fixture.db.insertInto('attempt').values(attempt).execute()
  return id
}

async function left(table: 'delivery' | 'announcement' | 'consent', ids: string[]): Promise<string[]> {
  const rows = await fixture.db.selectFrom(table).select('id').where('id', 'in', ids).execute()
  return ids.filter((id) => rows.some((row) => row.id === id))
}

async function anEvent(endsInDays: number): Promise<string> {
  const id = newUuid()
  const ends = new Date(now().getTime() + endsInDays * DAY * 1_000)
  await fixture.db
    .insertInto('event_copy')
    .values({
      ...{ id, organizer_id: ORGANIZER, version: 1, status: 'published', title: '{}', time_zone: 'Europe/Paris' },
      ...{ starts_at: ends, ends_at: ends, venue: '{}', changed_at: now() },
    })
    .execute()
  return id
}

describe('what was sent', () => {
  it('is forgotten with its journal after the time that the settings say, and not what is still to be sent', async () => {
    const ids = [
      await aDelivery('sent'),
      await aDelivery('failed'),
      await aDelivery('pending'),
      await aDelivery('retrying'),
    ]
    days(399)
    await forget()
    expect(await left('delivery', ids)).toEqual(ids)
    days(2)
    await forget()
    expect(await left('delivery', ids)).toEqual(ids.slice(2))
    const attempts = await fixture.db
      .selectFrom('attempt')
      .select('delivery_id')
      .where('delivery_id', 'in', ids)
      .execute()
    expect(attempts.map((row) => row.delivery_id).sort()).toEqual(ids.slice(2).sort())
  })

  it('is kept for as long after its event, because a reminder goes once by it', async () => {
    const event_id = await anEvent(300)
    const id = await aDelivery('sent', { event_id })
    days(401)
    await forget()
    expect(await left('delivery', [id])).toEqual([id])
    days(300)
    await forget()
    expect(await left('delivery', [id])).toEqual([])
  })

  it('is kept for as long as the second mail that somebody asked for', async () => {
    const first = await aDelivery('sent')
    days(200)
    const second = await aDelivery('sent', { resend_of: first })
    days(201)
    await forget()
    expect(await left('delivery', [first, second])).toEqual([first, second])
    days(200)
    await forget()
    await forget()
    expect(await left('delivery', [first, second])).toEqual([])
  })

  it('takes the count of its order’s SMS with it, with the last message of the order', async () => {
    const order_id = newUuid()
    const counts = () =>
      fixture.db.selectFrom('sms_count').select('key').where('key', '=', `order:${order_id}`).execute()
    await aDelivery('sent', { order_id, channel: 'sms' })
    await fixture.db
      .insertInto('sms_count')
      .values({ key: `order:${order_id}`, period: 'ever', sent: 1 })
      .execute()
    days(200)
    await aDelivery('sent', { order_id, channel: 'sms' })
    days(201)
    await forget()
    expect(await counts()).toHaveLength(1)
    days(200)
    await forget()
    expect(await counts()).toHaveLength(0)
  })

  it('goes page by page, past what is kept', async () => {
    const kept = await aDelivery('pending')
    await addDeliveries(
      fixture.db,
      now(),
      Array.from({ length: 1_500 }, (_, index) => ({
        ...{ source: `page ${kept} ${index}`, kind: 'password-changed', channel: 'email', recipientKey: `${index}` },
        skip: 'called-off',
      })),
    )
    const before = firstIdAt(new Date(now().getTime() - 1))
    days(401)
    const page = await forgetDeliveries(fixture.context, before)
    expect(page).toBeDefined()
    const rest = () =>
      fixture.db.selectFrom('delivery').select('id').where('source', 'like', `page ${kept} %`).execute()
    expect((await rest()).length).toBeGreaterThanOrEqual(500)
    await forget()
    expect(await rest()).toEqual([])
    expect(await left('delivery', [kept])).toEqual([kept])
  })
})

it('what an event had to tell is forgotten when nothing is left that was told by it', async () => {
  const announce = async (done: boolean) => {
    const id = newUuid(now().getTime())
    await fixture.db
      .insertInto('announcement')
      .values({
        ...{ id, kind: 'event-cancelled', source: id, event_id: newUuid(), organizer_id: ORGANIZER, facts: '{}' },
        ...{ channels: ['email'], next_attempt_at: now(), done_at: done ? now() : null, created_at: now() },
      })
      .execute()
    return id
  }
  const [told, open] = [await announce(true), await announce(false)]
  const waits = await aDelivery('pending', { announcement_id: told })
  days(401)
  await forget()
  expect(await left('announcement', [told, open])).toEqual([told, open])
  await fixture.db.updateTable('delivery').set({ state: 'failed' }).where('id', '=', waits).execute()
  await forget()
  expect(await left('announcement', [told, open])).toEqual([open])
})

it('what became of a message to many is still known when its recipients are forgotten', async () => {
  const id = newUuid()
  const ended = { state: 'sent' as const, scheduled_at: now(), begun_at: now(), ended_at: now() }
  await fixture.db
    .insertInto('bulk_message')
    .values({
      ...{ id, organizer_id: ORGANIZER, event_id: newUuid(), purpose: 'information', segment: '{}', ...ended },
      ...{ subject: '{"en":"Hello"}', body: '{"en":"Hello"}', created_at: now() },
    })
    .execute()
  const ids = [await aDelivery('sent', { bulk_message_id: id }), await aDelivery('failed', { bulk_message_id: id })]
  const results = async () => {
    const token = await fixture.token({ [toId('org', ORGANIZER)]: 'owner' })
    const url = `/v1/bulk-messages/${toId('blk', id)}`
    const answer = await fixture.app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    return answer.json().results
  }
  const before = await results()
  expect(before).toMatchObject({ planned: 2, sent: 1, failed: 1 })
  days(401)
  await forget()
  expect(await left('delivery', ids)).toEqual([])
  expect(await results()).toEqual(before)
})

describe('a consent', () => {
  const said = (address: string, granted: boolean): Said => ({
    ...{ organizerId: ORGANIZER, channel: 'email', purpose: 'marketing', address, granted, source: 'checkout' },
    ...{ sourceKey: newUuid(), wording: { text: 'Yes, news.', version: '1', language: 'en' }, givenAt: now() },
  })
  const say = (address: string, granted: boolean) =>
    recordWishes(fixture.db, fixture.context.keys, now(), [said(address, granted)])
  const rowsOf = (address: string) =>
    fixture.db
      .selectFrom('consent')
      .select(['granted', 'address'])
      .where('address_key', '=', addressKey(fixture.context.keys, address))
      .orderBy('id')
      .execute()

  it('is kept for three years after it was withdrawn; then the refusal is kept to, by the hash of the address alone', async () => {
    const address = `${newUuid().slice(-12)}@example.org`
    await say(address, true)
    days(2_000)
    await say(address, false)
    days(1_090)
    await forget()
    expect(await rowsOf(address)).toEqual([
      { granted: true, address },
      { granted: false, address },
    ])
    days(10)
    await forget()
    expect(await rowsOf(address)).toEqual([{ granted: false, address: null }])
    const wishes = await findWishes(fixture.db, addressKey(fixture.context.keys, address))
    expect(wishes).toMatchObject([{ granted: false }])
  })

  it('is kept for as long as it counts', async () => {
    const address = `${newUuid().slice(-12)}@example.org`
    await say(address, true)
    days(5_000)
    await forget()
    expect(await rowsOf(address)).toEqual([{ granted: true, address }])
  })
})

it('what only its age keeps is forgotten by it: keys, the SMS of a day, addresses that were bad', async () => {
  const age = (created_at: Date, mark: string) =>
    Promise.all([
      fixture.db
        .insertInto('idempotency_key')
        .values({ scope: mark, key: mark, request_hash: Buffer.from(mark), status: 200, body: '{}', created_at })
        .execute(),
      fixture.db
        .insertInto('sms_count')
        .values({ key: `number:${mark}`, period: created_at.toISOString().slice(0, 10), sent: 1 })
        .execute(),
      fixture.db
        .insertInto('suppression')
        .values({ channel: 'email', address_key: Buffer.from(mark), reason: 'bounced', created_at })
        .execute(),
    ])
  days(3_000)
  await age(now(), 'old')
  // Who complained has objected, and that does not end.
  await fixture.db
    .insertInto('suppression')
    .values({ channel: 'email', address_key: Buffer.from('complained'), reason: 'complained', created_at: now() })
    .execute()
  days(1_097)
  await age(now(), 'new')
  await forget()
  const [keys, counts, suppressions] = await Promise.all([
    fixture.db.selectFrom('idempotency_key').select('key').execute(),
    fixture.db.selectFrom('sms_count').select('key').where('period', '<>', 'ever').execute(),
    fixture.db.selectFrom('suppression').select('address_key').orderBy('address_key').execute(),
  ])
  expect(keys).toEqual([{ key: 'new' }])
  expect(counts).toEqual([{ key: 'number:new' }])
  expect(suppressions.map((row) => row.address_key.toString())).toEqual(['complained', 'new'])
})
