import { newUuid, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, knownUser, startNotifications } from './fixture.ts'
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

const mailTo = (address: string) =>
  eventually(async () => {
    const [mail] = await inbox.messages(address)
    return mail ?? false
  })
const rowsOf = async (kind: string) => (await fixture.deliveries()).filter((row) => row.kind === kind)
const settled = (kind: string, state: string) =>
  eventually(async () => {
    const rows = (await rowsOf(kind)).filter((row) => row.state === state)
    return rows.length > 0 && rows
  })

describe('a change of address', () => {
  const ask = (type: string, userId: string) =>
    fixture.bus.deliver({ type, data: { userId, changeId: toId('ech', newUuid()) } })

  it('is confirmed by a link that goes to the new address', async () => {
    const { userId, link } = knownUser(peers, 'account/confirm-address?token=x')
    await ask('accounts.email-change-requested.v1', userId)
    const mail = await mailTo(link.email)
    expect(mail.subject).toBe('Confirm your new e-mail address')
    expect(mail.text).toContain(link.url)
  })

  it('to an address with an account tells its owner, and not who asked', async () => {
    const { userId, link } = knownUser(peers, 'sign-in', { locale: 'fr', name: '' })
    Object.assign(link, { taken: true })
    await ask('accounts.email-change-requested.v1', userId)
    const mail = await mailTo(link.email)
    expect(mail.subject).toBe('Cette adresse a déjà un compte')
    expect(mail.text).toContain('Bonjour,')
  })

  it('is told to the former address, with the way back and how long it is open', async () => {
    const expiresAt = new Date(fixture.clock.now().getTime() + 7 * 86_400_000).toISOString()
    const { userId, link } = knownUser(peers, 'undo-address?token=x')
    Object.assign(link, { expiresAt })
    await ask('accounts.email-changed.v1', userId)
    const mail = await mailTo(link.email)
    expect(mail.subject).toBe('Your account has another e-mail address')
    expect(mail.text).toContain(link.url)
    expect(mail.text).toContain('7 days')
  })

  it('that was withdrawn or undone meanwhile is not told', async () => {
    const { userId, link } = knownUser(peers, 'undo-address?token=x')
    peers.links.delete(userId)
    await ask('accounts.email-changed.v1', userId)
    await settled('email-changed', 'failed')
    expect(await inbox.messages(link.email)).toEqual([])
  })

  it('that was never confirmed makes nobody forget what a stranger at that address was sent', async () => {
    const stranger = knownUser(peers, 'reset-password?token=x')
    const thief = knownUser(peers, 'account/confirm-address?token=x', { email: stranger.link.email })
    const data = { userId: stranger.userId, purpose: 'password-reset', locale: 'en' }
    await fixture.bus.deliver({ type: 'accounts.email-link-requested.v1', data })
    await ask('accounts.email-change-requested.v1', thief.userId)
    await eventually(async () => (await inbox.messages(stranger.link.email)).length === 2)
    await settled('password-reset', 'sent')
    await eventually(async () => (await rowsOf('email-change')).every((row) => row.state !== 'sending'))
    await fixture.bus.deliver({ type: 'accounts.user-erased.v1', data: { userId: thief.userId } })
    const left = (await fixture.deliveries()).filter((row) => row.recipient_address === stranger.link.email)
    expect(left.map((row) => row.kind)).toEqual(['password-reset'])
  })
})

describe('the last mail of an account', () => {
  const email = () => `gone.${newUuid().slice(-12)}@example.org`

  const farewellRow = (farewellId: string) =>
    fixture.db
      .selectFrom('delivery')
      .select(['state', 'recipient_address', 'recipient_name', 'user_id'])
      .where('source', '=', farewellId)
      .executeTakeFirstOrThrow()

  async function goodbye(to: string, order: 'before' | 'after') {
    const farewellId = toId('fwl', newUuid())
    const userId = toId('usr', newUuid())
    peers.farewells.set(farewellId, { email: to, name: 'Ada Martin', locale: 'en' })
    const erased = { type: 'accounts.user-erased.v1', data: { userId } }
    const farewell = { type: 'accounts.farewell-requested.v1', data: { userId, farewellId } }
    for (const message of order === 'before' ? [farewell, erased] : [erased, farewell]) {
      await fixture.bus.deliver(message)
    }
    return farewellId
  }

  it.each(['before', 'after'] as const)('is sent when it is heard of %s the erasure', async (order) => {
    const to = email()
    await goodbye(to, order)
    expect((await mailTo(to)).subject).toBe('Your account was deleted')
  })

  it('leaves the address nowhere: not here, not in accounts', async () => {
    const to = email()
    const farewellId = await goodbye(to, 'after')
    await mailTo(to)
    await eventually(() => !peers.farewells.has(farewellId))
    expect(await farewellRow(farewellId)).toMatchObject({
      state: 'sent',
      recipient_address: null,
      recipient_name: null,
      user_id: null,
    })
    expect(JSON.stringify(await fixture.deliveries())).not.toContain(to)
  })

  it('waits for accounts, and still leaves nothing', async () => {
    const to = email()
    peers.answer = () => 503
    const farewellId = await goodbye(to, 'after')
    await eventually(() => fixture.context.outages.present().includes('accounts'))
    peers.answer = () => 200
    fixture.clock.advance(3_600)
    await mailTo(to)
    await eventually(() => !peers.farewells.has(farewellId))
    expect(JSON.stringify(await fixture.deliveries())).not.toContain(to)
  })

  it('is given up when accounts has forgotten where it was to go', async () => {
    const farewellId = toId('fwl', newUuid())
    const data = { userId: toId('usr', newUuid()), farewellId }
    await fixture.bus.deliver({ type: 'accounts.farewell-requested.v1', data })
    await eventually(async () => (await farewellRow(farewellId)).state === 'failed')
  })
})
