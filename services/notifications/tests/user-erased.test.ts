import { parseId } from '@guichet/server'
import { eventually, newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addressKey } from '../src/consent/address-key.ts'
import { recordWishes } from '../src/consent/record-wishes.ts'
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
