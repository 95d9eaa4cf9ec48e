import { newUuid, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callerOf, draft, eventWithOrders, read, schedule, WORDS, wish } from './bulk.ts'
import { type Fixture, knownUser, startNotifications } from './fixture.ts'
import { type Inbox, startInbox } from './outside.ts'
import { type OrderAnswer, type Peers, startPeers } from './peers.ts'

let inbox: Inbox
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, peers] = await Promise.all([startInbox(), startPeers()])
})
afterAll(async () => {
  await peers?.close()
  await inbox?.remove()
})
beforeEach(async () => {
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: { quietHours: undefined } })
})
afterEach(async () => {
  peers.audiencePage = 1_000
  await fixture?.end()
})

/** Waits for a state; time goes on meanwhile. */
const becomes = (event: Parameters<typeof read>[1], id: string, state: string) =>
  eventually(async () => {
    fixture.clock.advance(1)
    const found = await read(fixture, event, id)
    return found.state === state ? found : false
  })

const emailOf = (order: { buyer: { email: string } | null } | undefined) => order?.buyer?.email ?? ''

describe('a message to many', () => {
  it('goes once to each address of its segment, in the reader’s language, page by page', async () => {
    peers.audiencePage = 2
    const event = eventWithOrders(peers, 5)
    const english = event.add({ locale: 'en' })
    event.add({ buyer: { name: 'Again', email: emailOf(event.orders[0]).toUpperCase() } })
    const refunded = event.add({ state: 'refunded' })
    const { id } = await schedule(fixture, event)
    const sent = await becomes(event, id, 'sent')
    expect(sent.results).toMatchObject({ planned: 6, sent: 6, open: 0, skipped: 0 })
    expect(sent.acts.map((entry: { act: string }) => entry.act)).toEqual(['created', 'scheduled', 'begun', 'ended'])

    for (const order of event.orders) expect(await inbox.messages(emailOf(order))).toHaveLength(1)
    const [french] = await inbox.messages(emailOf(event.orders[1]))
    expect(french?.subject).toBe('Des nouvelles de Nuit à l’Opéra')
    expect(french?.html).toContain('<strong>tôt</strong>')
    expect(french?.html).toContain('the-secret_of-the-order')
    expect((await inbox.messages(emailOf(english)))[0]?.subject).toBe('News of Night at the Opera')
    expect(await inbox.messages(emailOf(refunded))).toEqual([])
  })

  it('goes to those whom tickets were passed on to: with their own ticket alone, and only while it is theirs', async () => {
    peers.audiencePage = 1
    const event = eventWithOrders(peers, 1)
    const passedOn = (email: string, secret: string) => ({
      id: toId('tkt', newUuid()),
      typeName: { en: 'Stalls', fr: 'Orchestre' },
      holderName: 'Moussa Traoré',
      code: null,
      state: 'valid',
      holder: { email, secret },
      transfers: [{ kind: 'passed-on', issue: 2 }],
    })
    const [finn, gil] = [`finn.${newUuid()}@example.org`, `gil.${newUuid()}@example.org`]
    const own = event.orders[0]?.tickets[0]
    const has = (...tickets: unknown[]) => ({ tickets: tickets as OrderAnswer['tickets'] })
    const [goesBack, stays, leaves] = [
      passedOn(finn, '2.goes-back'),
      passedOn(finn, '2.stays'),
      passedOn(gil, '2.leaves'),
    ]
    const order = event.add(has(own, goesBack, stays, leaves))
    peers.answer = (path) => (path.startsWith('/v1/orders/') ? 503 : 200)
    const { id } = await schedule(fixture, event)
    await eventually(async () => (await read(fixture, event, id)).results.planned === 4)
    const passedFurther = { ...leaves, holder: { email: `hugo.${newUuid()}@example.org`, secret: '3.hugo' } }
    Object.assign(order, has(own, { ...goesBack, holder: null }, stays, passedFurther))
    peers.answer = () => 200
    fixture.context.outages.end('tickets')
    expect((await becomes(event, id, 'sent')).results).toMatchObject({ planned: 4, sent: 3, skipped: 1 })

    const [theirs, ...more] = await inbox.messages(finn)
    expect(more).toEqual([])
    expect(theirs?.text).toContain('Moussa Traoré')
    expect(theirs?.text).toContain(`/fr/tickets/${stays.id}?key=2.stays`)
    expect(theirs?.text).toContain('pour lequel un billet vous a été transmis')
    expect(`${theirs?.text}${theirs?.html}`).not.toContain('the-secret_of-the-order')
    expect(await inbox.messages(gil)).toEqual([])
    expect((await inbox.messages(emailOf(order)))[0]?.html).toContain('the-secret_of-the-order')

    const headers = { 'order-secret': order.secret }
    const listed = await fixture.app.inject({ method: 'GET', url: `/v1/orders/${order.id}/messages`, headers })
    expect(listed.json().items).toMatchObject([{ kind: 'bulk-information', state: 'sent' }])
  })

  it('waits for its hour, and whoever buys after it began gets none', async () => {
    const event = eventWithOrders(peers, 1)
    const at = new Date(fixture.clock.now().getTime() + 3_600_000).toISOString()
    const { id } = await schedule(fixture, event, {}, at)
    expect((await read(fixture, event, id)).state).toBe('scheduled')
    fixture.clock.advance(3_590)
    await eventually(async () => (await read(fixture, event, id)).state === 'scheduled')
    expect(await inbox.messages(emailOf(event.orders[0]))).toEqual([])
    fixture.clock.advance(11)
    const { begunAt } = await becomes(event, id, 'sent')
    expect(begunAt >= at).toBe(true)
    expect(await inbox.messages(emailOf(event.orders[0]))).toHaveLength(1)
  })

  it('of marketing goes to those alone who have agreed; of information, to all but those who want none', async () => {
    const event = eventWithOrders(peers, 3)
    const [yes, no, silent] = event.orders.map(emailOf) as [string, string, string]
    await wish(fixture, event.organizerId, yes, 'marketing', true)
    await wish(fixture, event.organizerId, no, 'information', false)
    const marketing = await schedule(fixture, event, { purpose: 'marketing' })
    expect((await becomes(event, marketing.id, 'sent')).results).toMatchObject({
      planned: 3,
      sent: 1,
      skipped: 2,
      withoutConsent: 2,
    })
    expect(await inbox.messages(yes)).toHaveLength(1)
    expect(await inbox.messages(silent)).toEqual([])
    const [mail] = await inbox.messages(yes)
    const raw = await inbox.raw(mail?.id ?? '')
    expect(raw).toMatch(/^List-Unsubscribe:\s+<http/m)
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)

    const information = await schedule(fixture, event)
    expect((await becomes(event, information.id, 'sent')).results).toMatchObject({ sent: 2, withoutConsent: 1 })
    expect(await inbox.messages(no)).toEqual([])
    expect(await inbox.messages(silent)).toHaveLength(1)
  })

  it('is not sent for an order that was refunded since it was planned', async () => {
    const event = eventWithOrders(peers, 2)
    const [kept, gone] = event.orders
    peers.answer = (path) => (path.startsWith('/v1/orders/') ? 503 : 200)
    const { id } = await schedule(fixture, event)
    await eventually(async () => (await read(fixture, event, id)).results.planned === 2)
    if (gone) gone.state = 'refunded'
    peers.answer = () => 200
    fixture.context.outages.end('tickets')
    expect((await becomes(event, id, 'sent')).results).toMatchObject({ sent: 1, skipped: 1 })
    expect(await inbox.messages(emailOf(kept))).toHaveLength(1)
    expect(await inbox.messages(emailOf(gone))).toEqual([])
  })

  it('stops where it is when it is cancelled, and nothing more goes', async () => {
    await fixture.end()
    const slow = { bulkPerMinuteOfOrganizer: 60, quietHours: undefined }
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: slow })
    const event = eventWithOrders(peers, 30)
    const { id } = await schedule(fixture, event)
    await eventually(async () => (await read(fixture, event, id)).results.planned === 30)
    fixture.clock.advance(5)
    await eventually(async () => (await read(fixture, event, id)).results.sent >= 5)
    const call = callerOf(fixture, event.organizerId)
    const answer = await call('POST', `/v1/bulk-messages/${id}/cancellation`)
    expect(answer.json().state).toBe('cancelled')
    fixture.clock.advance(3_600)
    const { results } = await eventually(async () => {
      const found = await read(fixture, event, id)
      return found.results.open === 0 ? found : false
    })
    expect(results.sent + results.skipped).toBe(30)
    const received = await Promise.all(event.orders.map((order) => inbox.messages(emailOf(order))))
    expect(received.flat()).toHaveLength(results.sent)
    expect(results.skipped).toBeGreaterThan(20)
    const [delivery] = (await fixture.deliveries()).filter((row) => row.state === 'skipped')
    expect(delivery?.last_error).toBe('The organizer called the message off.')
  })

  it('waits for the morning, and is not even planned by night', async () => {
    await fixture.end()
    // It has been quiet for an hour, and will be for two or three more.
    const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone: 'Europe/Paris' })
    const hour = Number(clock.format(new Date()))
    const quietHours = { from: (hour + 23) % 24, until: (hour + 3) % 24 }
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: { quietHours } })
    const event = eventWithOrders(peers, 2)
    const { id } = await schedule(fixture, event)
    await eventually(async () => (await read(fixture, event, id)).state === 'sending')
    fixture.clock.advance(60)
    expect((await read(fixture, event, id)).results.planned).toBe(0)
    // It lasts four in the night that has an hour twice.
    fixture.clock.advance(5 * 3_600)
    await becomes(event, id, 'sent')
    expect(await inbox.messages(emailOf(event.orders[0]))).toHaveLength(1)
  })

  it('keeps to the pace of its organizer, over all its messages', async () => {
    await fixture.end()
    const slow = { bulkPerMinuteOfOrganizer: 60, quietHours: undefined }
    fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, config: slow })
    const event = eventWithOrders(peers, 6)
    const begun = fixture.clock.now().getTime()
    const first = await schedule(fixture, event)
    const second = await schedule(fixture, event, { subject: { fr: 'Encore' }, body: { fr: 'Encore une fois.' } })
    await eventually(async () => {
      const planned = await Promise.all([first, second].map(({ id }) => read(fixture, event, id)))
      return planned.every(({ results }) => results.planned === 6)
    })
    const due = (await fixture.deliveries()).map((row) => Math.round((row.next_attempt_at.getTime() - begun) / 1_000))
    const waiting = due.filter((seconds) => seconds > 0).sort((one, other) => one - other)
    // Twelve messages take eleven seconds: none shares another's.
    expect(waiting.at(-1)).toBeGreaterThanOrEqual(11)
    expect(new Set(waiting).size).toBe(waiting.length)
    await becomes(event, first.id, 'sent')
    await becomes(event, second.id, 'sent')
  })

  it('lets somebody’s tickets go first', async () => {
    await fixture.end()
    const event = eventWithOrders(peers, 40)
    fixture = await startNotifications({
      peers,
      smtpUrl: inbox.smtpUrl,
      config: { sendersMax: 1, quietHours: undefined },
    })
    await inbox.stop()
    const { id } = await schedule(fixture, event)
    await eventually(async () => {
      fixture.clock.advance(1)
      return (await read(fixture, event, id)).results.planned === 40
    })
    const [order] = event.orders
    const before = (await inbox.accepted()).length
    if (order) await fixture.deliverOrder(order)
    await inbox.start()
    await becomes(event, id, 'sent')
    const accepted = (await inbox.accepted()).slice(before)
    const confirmation = (await fixture.deliveries()).find((row) => row.kind === 'order-confirmation')
    const place = accepted.findIndex(({ to }) => to.includes(emailOf(order)))
    expect(confirmation?.state).toBe('sent')
    expect(place).toBeLessThan(3)
  })

  it('ends as failed, and says why, when its event is gone', async () => {
    const event = eventWithOrders(peers, 1)
    const at = new Date(fixture.clock.now().getTime() + 60_000).toISOString()
    const { id } = await schedule(fixture, event, {}, at)
    for (const order of event.orders) peers.orders.delete(order.id)
    fixture.clock.advance(61)
    expect(await becomes(event, id, 'failed')).toMatchObject({ lastError: expect.stringContaining('404') })
  })
})

describe('testBulkMessage', () => {
  it('sends it to the member alone, without anybody’s key, and writes down who did', async () => {
    const event = eventWithOrders(peers, 1)
    const { id } = await draft(fixture, event, WORDS)
    const { userId, link } = knownUser(peers, 'sign-in')
    const token = await fixture.tokens.user({
      audience: 'notifications',
      memberships: { [event.organizerId]: 'manager' },
      userId,
    })
    const call = callerOf(fixture, event.organizerId)
    const answer = await call('POST', `/v1/bulk-messages/${id}/test`, { token, body: { language: 'fr' } })
    expect([answer.statusCode, answer.json().reply]).toEqual([200, expect.stringContaining('250')])
    const [mail] = await inbox.messages(link.email)
    expect(mail?.subject).toBe('[Test] Des nouvelles de Nuit à l’Opéra')
    expect(mail?.html).not.toContain('the-secret_of-the-order')
    expect(await inbox.messages(emailOf(event.orders[0]))).toEqual([])
    expect((await read(fixture, event, id)).acts.at(-1)).toMatchObject({ act: 'tested', userId })
  })

  it('tells what the mail server said when it refused', async () => {
    const event = eventWithOrders(peers, 1)
    const { id } = await draft(fixture, event)
    const { userId, link } = knownUser(peers, 'sign-in')
    await inbox.order({ next: '550', to: link.email })
    const token = await fixture.tokens.user({
      audience: 'notifications',
      memberships: { [event.organizerId]: 'owner' },
      userId,
    })
    const call = callerOf(fixture, event.organizerId)
    const answer = await call('POST', `/v1/bulk-messages/${id}/test`, { token, body: { language: 'en' } })
    expect([answer.statusCode, answer.json().code]).toEqual([502, 'mail-refused'])
    expect(answer.json().detail).toContain('550')
  })
})
