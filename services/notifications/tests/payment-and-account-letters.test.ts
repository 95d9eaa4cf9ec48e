import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, knownOrder, knownUser, startNotifications } from './fixture.ts'
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

const inMinutes = (minutes: number) => new Date(fixture.clock.now().getTime() + minutes * 60_000).toISOString()

/** A hold whose payment came to nothing. */
function heldOrder(changes: Record<string, unknown> = {}) {
  const held = { state: 'held', number: null, tickets: [], locale: 'en', expiresAt: inMinutes(15) }
  return knownOrder(peers, { ...held, payment: { state: 'failed', provider: 'stripe' }, ...changes })
}

async function paymentFailed(order: ReturnType<typeof heldOrder>) {
  const { id: orderId, eventId, organizerId } = order
  const data = { orderId, eventId, organizerId, expiresAt: inMinutes(15) }
  await fixture.bus.deliver({ type: 'tickets.payment-failed.v1', data, subject: orderId })
}

const outcomeOf = (order: ReturnType<typeof heldOrder>) =>
  eventually(async () => {
    const rows = (await fixture.deliveries()).filter(
      (row) => peers.orders.get(order.id) && row.kind === 'payment-failed',
    )
    return rows.every((row) => ['sent', 'skipped'].includes(row.state)) && rows.at(-1)
  })

describe('a payment that failed', () => {
  it('is told, once per order, to who has not tried again: with the way back to the checkout', async () => {
    const order = heldOrder()
    await paymentFailed(order)
    await paymentFailed(order)
    expect((await fixture.deliveries()).map((row) => row.state)).toEqual(['pending'])
    fixture.clock.advance(91)
    await outcomeOf(order)
    const mails = await inbox.messages(order.buyer?.email ?? '')
    expect(mails.map((mail) => mail.subject)).toEqual([expect.stringMatching(/^Your payment did not go through/)])
    expect(mails[0]?.text).toContain(`/en/checkout/${order.id}?key=`)
    expect(mails[0]?.text).toContain('nothing was taken')
  })

  it.each([
    ['paid since', { state: 'confirmed', number: '2026-000042' }],
    ['let go since', { state: 'expired' }],
    ['being paid once more', { payment: { state: 'pending' } }],
    ['over', { expiresAt: new Date(0).toISOString() }],
  ])('is not told when the order is %s', async (_title, changes) => {
    const order = heldOrder(changes)
    await paymentFailed(order)
    fixture.clock.advance(91)
    expect(await outcomeOf(order)).toMatchObject({ state: 'skipped' })
    expect(await inbox.messages(order.buyer?.email ?? '')).toEqual([])
  })
})

describe('about an account', () => {
  it('a changed password is told to its owner, with the way to another one', async () => {
    const { userId, link } = knownUser(peers, 'forgot-password')
    const data = { userId, how: 'changed', changedAt: inMinutes(0) }
    await fixture.bus.deliver({ type: 'accounts.password-changed.v1', data })
    const [mail] = await eventually(async () => {
      const mails = await inbox.messages(link.email)
      return mails.length > 0 && mails
    })
    expect(mail?.subject).toBe('Your password was changed')
    expect(mail?.text).toContain(link.url)
  })

  it('a new member is told where and as what, and not when they have left since', async () => {
    const { userId, link } = knownUser(peers, 'console/organizers/org_1', { locale: 'fr' })
    Object.assign(link, { organizer: { name: 'Opéra de Paris', role: 'door' } })
    const gone = knownUser(peers, 'console/organizers/org_2')
    peers.links.delete(gone.userId)
    const organizerId = heldOrder().organizerId
    for (const user of [userId, gone.userId]) {
      const data = { userId: user, organizerId, role: 'door', addedAt: inMinutes(0) }
      await fixture.bus.deliver({ type: 'accounts.member-added.v1', data })
    }
    const [mail] = await eventually(async () => {
      const mails = await inbox.messages(link.email)
      return mails.length > 0 && mails
    })
    expect(mail?.subject).toBe('Vous êtes maintenant membre de Opéra de Paris')
    expect(mail?.text).toContain('Contrôle')
    await eventually(async () => (await fixture.deliveries()).some((row) => row.state === 'failed'))
    expect(await inbox.messages(gone.link.email)).toEqual([])
  })
})
