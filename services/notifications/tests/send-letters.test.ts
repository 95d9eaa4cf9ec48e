import { newUuid, parseId, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFacts } from './event-facts.ts'
import { type Fixture, knownOrder, knownUser, startNotifications } from './fixture.ts'
import { type Inbox, type ReceivedMail, startInbox } from './outside.ts'
import { entryAnswer, type OrderAnswer, type Peers, PUBLIC_URL, startPeers } from './peers.ts'

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

/** What was sent to the buyer, once it is written down: the mail is there a moment before. */
const sentTo = (order: OrderAnswer) =>
  eventually(async () => {
    const rows = (await fixture.deliveries()).filter((row) => row.recipient_address === buyerOf(order))
    return rows.length > 0 && rows
  })

describe('a confirmed order', () => {
  it('is one mail to the buyer with the link to the tickets and the date for the calendar', async () => {
    const order = knownOrder(peers)
    await fixture.deliverOrder(order)
    const mail = await oneMail(buyerOf(order))
    expect(mail.subject).toBe('Vos billets pour Nuit à l’Opéra')
    expect(mail.to).toEqual([buyerOf(order)])
    expect(mail.text).toContain(`${PUBLIC_URL}/fr/orders/${order.id}?key=the-secret_of-the-order`)
    expect(mail.attachments).toMatchObject([{ name: 'event.ics' }])
    const [delivery] = await sentTo(order)
    expect(delivery).toMatchObject({ state: 'sent', attempts: 1, last_error: null })
    expect(mail.messageId).toBe(`<${toId('dlv', delivery?.id ?? '')}@guichet.localhost>`)
    const raw = await inbox.raw(mail.id)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  })
})

describe('a bank transfer that is awaited', () => {
  const held = (payment: object) =>
    knownOrder(peers, { state: 'held', number: null as never, tickets: [], payment: { state: 'pending', ...payment } })
  const tell = ({ id: orderId, eventId, organizerId }: OrderAnswer, paymentId: string) =>
    fixture.bus.deliver({ type: 'tickets.transfer-awaited.v1', data: { orderId, paymentId, eventId, organizerId } })

  it('is one mail with the account, the reference and the day, however often it is announced', async () => {
    const order = held({
      instructions: {
        beneficiary: 'Opéra de Paris',
        iban: 'FR1420041010050500013M02606',
        bic: null,
        reference: 'RF18 5390 0754 7034',
        dueAt: '2027-01-17T09:00:00.000Z',
      },
    })
    const paymentId = toId('pay', newUuid())
    for (const _ of [1, 2, 3]) await tell(order, paymentId)
    const mail = await oneMail(buyerOf(order))
    expect(mail.subject).toBe('Votre virement pour Nuit à l’Opéra')
    expect(mail.text).toContain('FR14 2004 1010 0505 0001 3M02 606')
    expect(mail.text).toContain('RF18 5390 0754 7034')
    expect(mail.text).toContain('dimanche 17 janvier 2027 à 10\u00a0h')
    expect(mail.text).not.toContain('BIC')
    expect(await sentTo(order)).toMatchObject([{ kind: 'transfer-instructions', state: 'sent' }])
  })

  it('is no mail once the buyer has chosen another way', async () => {
    const order = held({ instructions: null })
    await tell(order, toId('pay', newUuid()))
    const refused = await eventually(async () => {
      const planned = await fixture.deliveries()
      return planned.find((row) => row.order_id === parseId('ord', order.id) && row.state === 'failed') ?? false
    })
    expect(refused.last_error).toContain('awaits no bank transfer')
    expect(await inbox.messages(buyerOf(order))).toEqual([])
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

describe('a waiting list', () => {
  const knownEntry = (changes: Record<string, unknown> = {}) => {
    const entry = entryAnswer(changes)
    peers.entries.set(entry.id, entry)
    return entry
  }
  const tell = (type: string, entry: ReturnType<typeof entryAnswer>, more: object = {}) => {
    const { eventId, organizerId, ticketTypeId } = entry
    return fixture.bus.deliver({
      type: `tickets.waiting-list-${type}.v1`,
      data: { entryId: entry.id, eventId, organizerId, ticketTypeId, ...more },
    })
  }
  const refusalOf = async (source: string) => {
    const row = await eventually(async () => {
      const found = await fixture.db
        .selectFrom('delivery')
        .select(['state', 'last_error', 'recipient_address'])
        .where('source', '=', source)
        .where('state', '=', 'failed')
        .executeTakeFirst()
      return found ?? false
    })
    return row
  }

  it('sends whoever joined the link with which to leave', async () => {
    const entry = knownEntry()
    await tell('joined', entry)
    const mail = await oneMail(entry.email ?? '')
    expect(mail.subject).toBe('Vous êtes sur la liste d’attente pour Nuit à l’Opéra')
    expect(mail.text).toContain(`${PUBLIC_URL}/fr/waiting-list/${entry.id}?key=the-secret_of-the-entry`)
  })

  it('sends the link of an offer to the address that waited: the hold has no buyer yet', async () => {
    const entry = knownEntry({ state: 'offered', locale: 'en' })
    const expiresAt = new Date(fixture.clock.now().getTime() + 3_600_000).toISOString()
    const order = knownOrder(peers, { state: 'held', number: null, buyer: null, tickets: [], expiresAt, locale: 'en' })
    await tell('offered', entry, { orderId: order.id })
    const mail = await oneMail(entry.email ?? '')
    expect(mail.text).toContain(`${PUBLIC_URL}/en/orders/${order.id}?key=the-secret_of-the-order`)
    expect(mail.text).toContain(`Order ${order.id.slice(-6).toUpperCase()}`)
  })

  it('writes to nobody who has left, and of no offer that is over', async () => {
    const left = knownEntry({ state: 'left', email: null })
    await tell('joined', left)
    expect(await refusalOf(left.id)).toMatchObject({ last_error: 'They have left the list.', recipient_address: null })
    const entry = knownEntry({ state: 'offered' })
    const expiresAt = fixture.clock.now().toISOString()
    const order = knownOrder(peers, { state: 'held', buyer: null, tickets: [], expiresAt })
    await tell('offered', entry, { orderId: order.id })
    expect(await refusalOf(entry.id)).toMatchObject({ last_error: 'The offer is over, or taken up.' })
  })
})

describe('a cancelled event', () => {
  it('is told to each of its orders, over all pages', async () => {
    const eventId = toId('evt', newUuid())
    const orders = Array.from({ length: 8 }, () => knownOrder(peers, { eventId, locale: 'en' }))
    await fixture.bus.deliver({
      type: 'events.event-cancelled.v1',
      data: {
        ...eventFacts(fixture),
        eventId,
        organizerId: orders[0]?.organizerId,
        status: 'cancelled',
        cancellationReason: { en: 'The singer is ill.' },
      },
    })
    for (const order of orders) {
      const mail = await oneMail(buyerOf(order))
      expect(mail.subject).toBe('Cancelled: Night at the Opera')
      expect(mail.text).toContain('The singer is ill.')
    }
  })
})
