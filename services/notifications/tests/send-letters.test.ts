import { newUuid, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, knownOrder, knownUser, startNotifications } from './fixture.ts'
import { type Inbox, type ReceivedMail, startInbox } from './outside.ts'
import { type OrderAnswer, type Peers, PUBLIC_URL, startPeers } from './peers.ts'

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

async function oneMail(to: string): Promise<ReceivedMail> {
  const mails = await eventually(async () => {
    const found = await inbox.messages(to)
    return found.length > 0 && found
  })
  expect(mails).toHaveLength(1)
  return mails[0] as ReceivedMail
}

const buyerOf = (order: OrderAnswer) => order.buyer?.email ?? ''

describe('a confirmed order', () => {
  it('is one mail to the buyer with the link to the tickets and the date for the calendar', async () => {
    const order = knownOrder(peers)
    await fixture.deliverOrder(order)
    const mail = await oneMail(buyerOf(order))
    expect(mail.subject).toBe('Vos billets pour Nuit à l’Opéra')
    expect(mail.to).toEqual([buyerOf(order)])
    expect(mail.text).toContain(`${PUBLIC_URL}/fr/orders/${order.id}?key=the-secret_of-the-order`)
    expect(mail.attachments).toMatchObject([{ name: 'event.ics' }])
    const [delivery] = (await fixture.deliveries()).filter((row) => row.recipient_address === buyerOf(order))
    expect(delivery).toMatchObject({ state: 'sent', attempts: 1, last_error: null })
    expect(mail.messageId).toBe(`<${toId('dlv', delivery?.id ?? '')}@guichet.localhost>`)
    const raw = await inbox.raw(mail.id)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  })
})

describe('the links of accounts', () => {
  it.each(['email-confirmation', 'password-reset', 'sign-up-repeated'])(
    '%s is sent in the user’s language',
    async (purpose) => {
      const { userId, link } = knownUser(peers, 'page?token=abc', { locale: 'fr' })
      await fixture.bus.deliver({ type: 'accounts.email-link-requested.v1', data: { userId, purpose, locale: 'fr' } })
      const mail = await oneMail(link.email)
      expect(mail.text).toContain(link.url)
      expect(mail.html).toContain('lang="fr"')
    },
  )
})

describe('a cancelled event', () => {
  it('is told to each of its orders, over all pages', async () => {
    const eventId = toId('evt', newUuid())
    const orders = Array.from({ length: 8 }, () => knownOrder(peers, { eventId, locale: 'en' }))
    await fixture.bus.deliver({
      type: 'events.event-cancelled.v1',
      data: { eventId, organizerId: orders[0]?.organizerId, cancellationReason: { en: 'The singer is ill.' } },
    })
    for (const order of orders) {
      const mail = await oneMail(buyerOf(order))
      expect(mail.subject).toBe('Cancelled: Night at the Opera')
      expect(mail.text).toContain('The singer is ill.')
    }
  })
})
