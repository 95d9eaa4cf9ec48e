import { newUuid, toId, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFacts, eventMessages } from './event-facts.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
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

const texts = { en: 'Stalls', fr: 'Orchestre' }
const own = () => ({
  id: toId('tkt', newUuid()),
  typeName: texts,
  holderName: 'Zoë Lefèvre',
  code: 'x',
  state: 'valid',
})

interface Passed {
  order: OrderAnswer
  ticketId: string
  holder: string
}

/** An order of two tickets, of which the first was passed on. */
function passedOn(changes: Record<string, unknown> = {}, issue = 2): Passed {
  const ticketId = toId('tkt', newUuid())
  const holder = `holder.${ticketId.slice(-10)}@example.org`
  const passed = {
    ...own(),
    id: ticketId,
    holderName: 'Moussa Traoré',
    code: null,
    holder: { email: holder, since: '2027-01-11T09:00:00.000Z', secret: `${issue}.key-of-the-ticket` },
    transfers: [{ kind: 'passed-on', at: '2027-01-11T09:00:00.000Z', by: 'buyer', issue }],
  }
  return { order: knownOrder(peers, { tickets: [passed, own()], ...changes }), ticketId, holder }
}

const tell = ({ order, ticketId }: Passed, type: 'transferred' | 'taken-back', issue = 2) =>
  fixture.bus.deliver({
    type: `tickets.ticket-${type}.v1`,
    subject: ticketId,
    data: { ticketId, orderId: order.id, eventId: order.eventId, organizerId: order.organizerId, issue },
  })

/** What became of the deliveries about an order, once none is still to be sent. */
const settled = (order: OrderAnswer, kinds: number) =>
  eventually(async () => {
    const rows = await fixture.db
      .selectFrom('delivery')
      .select(['kind', 'state', 'recipient_address'])
      .where('event_id', '=', toUuid('evt', order.eventId))
      .orderBy('kind')
      .orderBy('recipient_address')
      .execute()
    const done = rows.every(({ state }) => !['pending', 'sending', 'retrying'].includes(state))
    return done && rows.length === kinds && rows
  })

const buyerOf = (order: OrderAnswer) => order.buyer?.email ?? ''

describe('a ticket that was passed on', () => {
  it('is one mail to its holder, with the key to that ticket alone, and one to the buyer, however often it is told', async () => {
    const passed = passedOn()
    for (const _ of [1, 2]) await tell(passed, 'transferred')
    expect(await settled(passed.order, 2)).toMatchObject([
      { kind: 'ticket-passed-on', state: 'sent', recipient_address: buyerOf(passed.order) },
      { kind: 'ticket-received', state: 'sent', recipient_address: passed.holder },
    ])
    const [theirs] = await inbox.messages(passed.holder)
    expect(theirs?.subject).toBe('Zoë Lefèvre vous a transmis un billet : Nuit à l’Opéra')
    expect(theirs?.text).toContain(`${PUBLIC_URL}/fr/tickets/${passed.ticketId}?key=2.key-of-the-ticket`)
    expect(theirs?.attachments).toMatchObject([{ name: 'event.ics' }])
    const [mine] = await inbox.messages(buyerOf(passed.order))
    expect(mine?.text).toContain('Moussa Traoré')
    const raw = await inbox.raw(theirs?.id ?? '')
    for (const secret of ['the-secret_of-the-order', passed.order.id, buyerOf(passed.order), '1 234']) {
      expect(`${theirs?.text}${theirs?.html}${raw}`, secret).not.toContain(secret)
    }
    expect(`${mine?.text}${mine?.html}`).not.toContain('key-of-the-ticket')
  })

  it('that was taken back before its mail was sent is sent to nobody', async () => {
    const passed = passedOn()
    peers.orders.set(passed.order.id, { ...passed.order, tickets: [{ ...own(), id: passed.ticketId }] as never })
    await tell(passed, 'transferred')
    await settled(passed.order, 2)
    await tell(passed, 'taken-back')
    const rows = await settled(passed.order, 3)
    expect(rows.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped'])
    expect(await inbox.messages(passed.holder)).toEqual([])
  })

  it('that went on to somebody else meanwhile is not sent for its earlier issue', async () => {
    const passed = passedOn({}, 3)
    await tell(passed, 'transferred', 2)
    expect((await settled(passed.order, 2)).map(({ state }) => state)).toEqual(['skipped', 'skipped'])
  })

  it('and taken back is one mail to whom it was sent to, without any key', async () => {
    const passed = passedOn()
    await tell(passed, 'transferred')
    await settled(passed.order, 2)
    peers.orders.set(passed.order.id, { ...passed.order, tickets: [{ ...own(), id: passed.ticketId }] as never })
    for (const _ of [1, 2]) await tell(passed, 'taken-back')
    await settled(passed.order, 3)
    const mails = await inbox.messages(passed.holder)
    const told = mails.filter(({ subject }) => subject === 'Votre billet a été repris : Nuit à l’Opéra')
    expect(mails).toHaveLength(2)
    expect(told).toHaveLength(1)
    expect(told[0]?.text).not.toMatch(/key=|ord_/)
  })

  it('and refunded is told as that, not as taken back', async () => {
    const passed = passedOn()
    await tell(passed, 'transferred')
    await settled(passed.order, 2)
    const refunded = { ...own(), id: passed.ticketId, state: 'void' }
    peers.orders.set(passed.order.id, { ...passed.order, tickets: [refunded, own()] as never })
    await tell(passed, 'taken-back')
    await settled(passed.order, 3)
    const [, told] = (await inbox.messages(passed.holder)).reverse()
    expect(told?.subject).toBe('Votre billet a été remboursé : Nuit à l’Opéra')
    expect(told?.text).toContain('a été remboursé à la personne qui l’avait acheté')
    expect(told?.text).not.toMatch(/repris|key=|ord_/)
  })
})

describe('a cancelled event', () => {
  it('is told to the holder of a ticket as to its buyer, once each, and nothing of the money', async () => {
    const passed = passedOn()
    const { order, holder } = passed
    for (const _ of [1, 2]) {
      await eventMessages(fixture).cancelled({
        ...eventFacts(fixture),
        eventId: order.eventId,
        organizerId: order.organizerId,
      })
    }
    expect(await settled(order, 2)).toMatchObject([
      { kind: 'event-cancelled', state: 'sent', recipient_address: holder },
      { kind: 'event-cancelled', state: 'sent', recipient_address: buyerOf(order) },
    ])
    const [theirs] = await inbox.messages(holder)
    expect(theirs?.text).not.toContain('the-secret_of-the-order')
    expect(theirs?.text).not.toContain('1 234')
  })
})
