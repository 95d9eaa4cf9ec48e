import { newUuid, parseId, toId } from '@guichet/server'
import { eventually, newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressKey } from '../src/consent/address-key.ts'
import { recordWishes } from '../src/consent/record-wishes.ts'
import { forgetAll } from '../src/jobs/forget.ts'
import { addRow, type Fixture, knownUser, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type Peers, startPeers } from './peers.ts'

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

const ask = (userId: string) =>
  fixture.bus.deliver({
    type: 'accounts.email-link-requested.v1',
    data: { userId, purpose: 'password-reset', locale: 'en' },
  })

it('forgets names and addresses of an erased user, keeps those of others, and sends the account nothing more', async () => {
  const { userId, link } = knownUser(peers, 'reset-password?token=x')
  const other = knownUser(peers, 'reset-password?token=y')
  await ask(userId)
  await ask(other.userId)
  await eventually(async () => (await fixture.deliveries()).filter((row) => row.state === 'sent').length === 2)
  const bought = await addRow(fixture, {
    organizerId: newOrganizerId(),
    recipient: link.email.toUpperCase(),
    state: 'sent',
  })

  peers.answer = () => 503
  await ask(userId)
  await eventually(() => fixture.context.outages.present().includes('accounts'))
  for (const address of [link.email, other.link.email]) {
    await recordWishes(fixture.db, fixture.context.keys, fixture.clock.now(), [
      {
        organizerId: null,
        channel: 'email',
        purpose: 'marketing',
        address,
        granted: false,
        source: 'one-click',
        sourceKey: address,
        givenAt: fixture.clock.now(),
      },
    ])
  }
  await fixture.bus.deliver({ type: 'accounts.user-erased.v1', data: { userId } })
  peers.answer = () => 200
  fixture.clock.advance(3_600)

  const rows = await fixture.deliveries()
  expect(JSON.stringify(rows)).not.toContain(link.email)
  const kept = rows.filter((row) => row.recipient_address !== null)
  expect(kept.map((row) => row.recipient_address)).toEqual([other.link.email])
  expect(rows.find((row) => row.id === parseId('dlv', bought))).toMatchObject({ state: 'sent', recipient_name: null })
  expect(rows.filter((row) => row.state === 'skipped').map((row) => row.last_error)).toEqual([
    'The account was erased.',
  ])
  expect(await inbox.messages(link.email)).toHaveLength(1)
  const wishes = await fixture.db.selectFrom('consent').select(['address', 'address_key']).orderBy('id').execute()
  expect(wishes).toEqual([
    { address: null, address_key: addressKey(fixture.context.keys, link.email) },
    { address: other.link.email, address_key: addressKey(fixture.context.keys, other.link.email) },
  ])
})

it('forgets the telephone of what it bought as a guest, and not that of who passed a ticket on to it', async () => {
  const { userId, link } = knownUser(peers, 'reset-password?token=v')
  await ask(userId)
  await eventually(async () => (await inbox.messages(link.email)).length === 1)
  const organizerId = newOrganizerId()
  const add = (orderId: string, recipient: string, sms = false) =>
    addRow(fixture, { organizerId, orderId, recipient, sms, state: 'sent' })
  const [own, corrected, friends] = [0, 1, 2].map(() => toId('ord', newUuid())) as [string, string, string]
  await add(own, link.email)
  const theirs = await add(own, '+33612345678', true)
  await add(corrected, link.email)
  await add(corrected, 'who.it.was@example.org')
  await add(friends, 'friend@example.org')
  const others = [await add(corrected, '+33612345679', true), await add(friends, '+33612345670', true)]
  await fixture.db
    .updateTable('delivery')
    .set({ kind: 'ticket-received' })
    .where('id', '=', parseId('dlv', await add(friends, link.email)) ?? '')
    .execute()
  const agreed = (orderId: string, address: string) => ({
    organizerId: parseId('org', organizerId) ?? '',
    channel: 'sms' as const,
    purpose: 'marketing' as const,
    address,
    granted: true,
    source: 'checkout' as const,
    sourceKey: orderId,
    wording: { text: 'Text me.', version: '1', language: 'en' as const },
    givenAt: fixture.clock.now(),
  })
  await recordWishes(fixture.db, fixture.context.keys, fixture.clock.now(), [
    agreed(own, '+33612345678'),
    agreed(corrected, '+33612345679'),
  ])
  await fixture.bus.deliver({ type: 'accounts.user-erased.v1', data: { userId } })
  const consents = await fixture.db
    .selectFrom('consent')
    .select(['source_key', 'address', 'granted'])
    .where('channel', '=', 'sms')
    .orderBy('id')
    .execute()
  expect(consents).toEqual([
    { source_key: own, address: null, granted: true },
    { source_key: corrected, address: '+33612345679', granted: true },
  ])
  const numbers = new Map((await fixture.deliveries()).map((row) => [row.id, row.recipient_address]))
  expect(numbers.get(parseId('dlv', theirs) ?? '')).toBeNull()
  expect(others.map((id) => numbers.get(parseId('dlv', id) ?? ''))).toEqual(['+33612345679', '+33612345670'])
})

describe('an account of whose address no letter is left', () => {
  const newAddress = () => `Moved.${newUuid().slice(-12)}@example.org`
  const sentAll = () =>
    eventually(async () => (await fixture.deliveries()).every(({ state }) => ['sent', 'skipped'].includes(state)))

  /** Bought as a guest and agreed to newsletters, with that address. */
  async function bought(address: string): Promise<string> {
    const id = await addRow(fixture, { organizerId: newOrganizerId(), recipient: address, state: 'sent' })
    const delivery_id = parseId('dlv', id) ?? ''
    const at = fixture.clock.now()
    await fixture.db
      .insertInto('attempt')
      .values({
        delivery_id,
        number: 1,
        lease: newUuid(),
        began_at: at,
        ended_at: at,
        outcome: 'sent',
        reply: '250 OK',
      })
      .execute()
    const wording = { text: 'Write to me.', version: '1', language: 'en' as const }
    const said = { organizerId: null, channel: 'email' as const, purpose: 'marketing' as const, address, wording }
    await recordWishes(fixture.db, fixture.context.keys, at, [
      { ...said, granted: true, source: 'checkout', sourceKey: id, givenAt: at },
    ])
    return delivery_id
  }

  async function erase(userId: string, address: string) {
    const farewellId = toId('fwl', newUuid())
    peers.farewells.set(farewellId, { email: address, name: 'Ada Martin', locale: 'en' })
    await fixture.bus.deliver({ type: 'accounts.farewell-requested.v1', data: { userId, farewellId } })
    await fixture.bus.deliver({ type: 'accounts.user-erased.v1', data: { userId } })
    await eventually(() => !peers.farewells.has(farewellId))
  }

  /** What is known of that purchase: its address and name, what a server said of it, the address that agreed. */
  async function known(deliveryId: string) {
    return fixture.db
      .selectFrom('delivery')
      .innerJoin('attempt', 'attempt.delivery_id', 'delivery.id')
      .innerJoin('consent', (join) => join.on((row) => row('consent.source_key', '=', toId('dlv', deliveryId))))
      .select(['recipient_address', 'recipient_name', 'attempt.reply', 'consent.address', 'consent.granted'])
      .where('delivery.id', '=', deliveryId)
      .executeTakeFirstOrThrow()
  }
  const NOTHING = { recipient_address: null, recipient_name: null, reply: null, address: null, granted: true }

  it('changed, then erased: what was bought with the new address is forgotten too, not with one only wished for', async () => {
    const { userId, link } = knownUser(peers, 'undo-address?token=x')
    const [confirmed, wished] = [newAddress(), newAddress()]
    const change = (type: string) =>
      fixture.bus.deliver({ type, data: { userId, changeId: toId('ech', newUuid()) } }).then(sentAll)
    const former = link.email
    for (const email of [confirmed, wished]) {
      link.email = email
      await change('accounts.email-change-requested.v1')
    }
    link.email = former
    await change('accounts.email-changed.v1')
    const [own, strangers] = [await bought(confirmed.toLowerCase()), await bought(wished)]
    await erase(userId, confirmed)
    expect(await known(own)).toEqual(NOTHING)
    expect(await known(strangers)).toMatchObject({ recipient_address: wished, address: wished })
  })

  it('aged, then erased: what was bought since its last letter was forgotten is forgotten too', async () => {
    const { userId, link } = knownUser(peers, 'reset-password?token=z')
    await ask(userId)
    await sentAll()
    fixture.clock.advance(401 * 24 * 3_600)
    await forgetAll(fixture.context)
    expect(JSON.stringify(await fixture.deliveries())).not.toContain(link.email)
    const own = await bought(link.email)
    await erase(userId, link.email)
    expect(await known(own)).toEqual(NOTHING)
  })
})
