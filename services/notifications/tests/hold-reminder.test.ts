import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type OrderAnswer, type Peers, PUBLIC_URL, startPeers } from './peers.ts'

const MINUTE = 60

let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl })
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await inbox?.remove()
})
beforeEach(() => {
  peers.asked.length = 0
})

const inMinutes = (minutes: number) => new Date(fixture.clock.now().getTime() + minutes * MINUTE * 1_000).toISOString()

const box = (kind: string) => ({
  kind,
  wording: 'Remind me by e-mail before my places are let go.',
  wordingVersion: '2026-11',
  language: 'fr',
  givenAt: fixture.clock.now().toISOString(),
})

/** An order that is held for ten minutes from now on, and whose buyer wants to be reminded. */
function aHold(changes: Record<string, unknown> = {}): OrderAnswer & { expiresAt: string } {
  return knownOrder(peers, {
    state: 'held',
    number: null,
    tickets: [],
    expiresAt: inMinutes(10),
    consents: [box('hold-reminder')],
    ...changes,
  }) as never
}

async function request({ id: orderId, eventId, organizerId, expiresAt }: OrderAnswer & { expiresAt: string }) {
  const data = { orderId, eventId, organizerId, expiresAt }
  await fixture.bus.deliver({ type: 'tickets.hold-reminder-requested.v1', data })
}

const mailsTo = (order: OrderAnswer) => inbox.messages(order.buyer?.email ?? '')
const deliveryOf = async (order: OrderAnswer) =>
  await fixture.db
    .selectFrom('delivery')
    .select(['state', 'skip_reason', 'next_attempt_at'])
    .where('source', '=', order.id)
    .where('kind', '=', 'hold-reminder')
    .executeTakeFirstOrThrow()

it('is one mail three minutes before the end, with the way back to the checkout, at any hour', async () => {
  const order = aHold()
  await request(order)
  await request(order)
  fixture.clock.advance(6 * MINUTE)
  expect(peers.asked).toEqual([])
  expect(await mailsTo(order)).toEqual([])
  fixture.clock.advance(MINUTE)
  await eventually(async () => (await deliveryOf(order)).state === 'sent')
  const [mail, ...more] = await mailsTo(order)
  expect(more).toEqual([])
  expect(mail?.subject).toBe('Vos places sont toujours réservées : Nuit à l’Opéra')
  expect(mail?.text).toContain(`${PUBLIC_URL}/fr/checkout/${order.id}?key=the-secret_of-the-order`)
  expect(mail?.text).toContain('Vous nous avez demandé ce rappel')
  expect(mail?.text).toContain(`${PUBLIC_URL}/fr/preferences/`)
})

it('comes later when the buyer has taken more time', async () => {
  const order = aHold()
  await request(order)
  peers.orders.set(order.id, { ...order, expiresAt: inMinutes(17) } as never)
  fixture.clock.advance(8 * MINUTE)
  await eventually(() => peers.asked.length > 0)
  await eventually(async () => (await deliveryOf(order)).next_attempt_at.getTime() === Date.parse(inMinutes(6)))
  expect(await mailsTo(order)).toEqual([])
  fixture.clock.advance(6 * MINUTE)
  await eventually(async () => (await deliveryOf(order)).state === 'sent')
  expect(await mailsTo(order)).toHaveLength(1)
})

it.each([
  ['was bought meanwhile', { state: 'confirmed' }, 'no-longer-true'],
  ['was given up', { state: 'cancelled' }, 'no-longer-true'],
  ['is over', { expiresAt: '2020-01-01T00:00:00.000Z' }, 'too-late'],
  ['is no longer to be reminded of', { consents: [] }, 'no-consent'],
])('does not come when the hold %s', async (_name, changes, reason) => {
  const order = aHold()
  await request(order)
  peers.orders.set(order.id, { ...order, ...changes } as never)
  fixture.clock.advance(8 * MINUTE)
  await eventually(async () => (await deliveryOf(order)).state === 'skipped')
  expect(await deliveryOf(order)).toMatchObject({ skip_reason: reason })
  expect(await mailsTo(order)).toEqual([])
})

it('what was agreed to at the checkout holds once the order is confirmed, with its proof, and only then', async () => {
  const phone = '+33698765432'
  const buyer = { name: 'Zoë', email: 'zoe.agrees@example.org', phone }
  const consents = ['organizer-news', 'platform-news', 'sms', 'hold-reminder'].map(box)
  const order = knownOrder(peers, { buyer, consents })
  const held = aHold({ buyer: { ...buyer, email: 'holds@example.org' }, consents })
  await request(held)
  for (let time = 0; time < 2; time += 1) await fixture.deliverOrder(order)
  fixture.clock.advance(8 * MINUTE)
  await eventually(async () => (await deliveryOf(held)).state === 'sent')
  await eventually(async () => (await mailsTo(order)).length > 0)
  const rows = await fixture.db
    .selectFrom('consent')
    .select(['channel', 'purpose', 'address', 'granted', 'source', 'source_key', 'wording', 'organizer_id'])
    .orderBy('channel')
    .orderBy('purpose')
    .execute()
  const proof = { granted: true, source: 'checkout', source_key: order.id, wording: consents[0]?.wording }
  expect(rows.filter((row) => row.organizer_id === null)).toMatchObject([
    { ...proof, channel: 'email', purpose: 'marketing', address: buyer.email },
  ])
  expect(rows.filter((row) => row.organizer_id !== null)).toMatchObject([
    { ...proof, channel: 'email', purpose: 'marketing', address: buyer.email },
    { ...proof, channel: 'sms', purpose: 'information', address: phone },
    { ...proof, channel: 'sms', purpose: 'reminder', address: phone },
  ])
})

it('what was agreed to at the checkout holds for the address that the buyer corrects it to', async () => {
  const buyer = { name: 'Zoë', email: 'zoe.mistyped@example.org', phone: '+33698765433' }
  const order = knownOrder(peers, { buyer, consents: ['organizer-news', 'sms'].map(box) })
  await fixture.deliverOrder(order)
  await eventually(async () => (await mailsTo(order)).length > 0)
  if (order.buyer) order.buyer.email = 'zoe.corrected@example.org'
  const { id: orderId, eventId, organizerId } = order
  const data = { orderId, eventId, organizerId, number: 1 }
  await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data, subject: orderId })
  await eventually(async () => (await mailsTo(order)).length > 0)
  const rows = await fixture.db
    .selectFrom('consent')
    .select(['channel', 'purpose', 'address', 'granted'])
    .where('address', 'in', ['zoe.corrected@example.org', buyer.phone])
    .orderBy('channel')
    .orderBy('purpose')
    .execute()
  expect(rows).toEqual([
    { channel: 'email', purpose: 'marketing', address: 'zoe.corrected@example.org', granted: true },
    { channel: 'sms', purpose: 'information', address: buyer.phone, granted: true },
    { channel: 'sms', purpose: 'reminder', address: buyer.phone, granted: true },
  ])
})
