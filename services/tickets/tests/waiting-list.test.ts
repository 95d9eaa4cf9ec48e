import { newUuid, toId, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUYER, hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { entriesOf, joinAs, secretOf } from './waiting.ts'

let tickets: Tickets
let event: PublishedEvent
let soldOut: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  soldOut = await sellOut()
})
afterAll(() => tickets?.stop())

/** A type without a free place. */
async function sellOut(more: object = {}, of = event): Promise<string> {
  const typeId = await sell(tickets, of, { capacity: 2, ...more })
  await hold(tickets, of.eventId, typeId, 2)
  return typeId
}

const join = (email: string, more: object = {}, of = event) => joinAs(tickets, of.eventId, soldOut, email, more)
const change = async (typeId: string, body: object) => {
  const answer = await tickets.call('PATCH', `/v1/ticket-types/${typeId}`, {
    token: event.owner,
    headers: { 'if-match': '*' },
    body,
  })
  expect(answer.statusCode, answer.body).toBe(200)
}
const bare = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  { ...JSON.parse(answer.body), instance: '' },
]

describe('joinWaitingList', () => {
  it('takes an address and answers nothing but that it was heard; the mail is told of by ids alone', async () => {
    const answer = await join('joins@example.org', { locale: 'fr' })
    expect([answer.statusCode, answer.json()]).toEqual([202, {}])
    const [entry] = await entriesOf(tickets, event, 'joins@example.org')
    expect(entry).toMatchObject({ state: 'waiting', quantity: 1, locale: 'fr', order: null })
    const told = await tickets.outbox(entry?.id ?? '')
    expect(told).toEqual([
      {
        type: 'tickets.waiting-list-joined.v1',
        data: {
          entryId: entry?.id,
          eventId: event.eventId,
          organizerId: event.organizerId,
          ticketTypeId: soldOut,
        },
      },
    ])
  })

  it('answers the same to an address that is on the list already, whatever its case, and changes nothing', async () => {
    const first = await join('twice@example.org')
    const again = await join('Twice@Example.org', { quantity: 2 })
    expect([again.statusCode, again.body]).toEqual([first.statusCode, first.body])
    const headers = ({ headers }: typeof first) => ({ ...headers, date: '', ratelimit: '' })
    expect(headers(again)).toEqual(headers(first))
    const entries = await entriesOf(tickets, event, 'twice@example.org')
    expect(entries).toMatchObject([{ quantity: 1 }])
    expect(await tickets.outbox(entries[0]?.id ?? '')).toHaveLength(1)
  })

  it('sends those to the shop for whom there are places', async () => {
    const typeId = await sell(tickets, event, { capacity: 5 })
    const answer = await joinAs(tickets, event.eventId, typeId, 'early@example.org')
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'not-sold-out'])
  })

  it('takes people when the places left are fewer than one order must have', async () => {
    const typeId = await sell(tickets, event, { capacity: 5, minPerOrder: 2 })
    await hold(tickets, event.eventId, typeId, 4)
    expect((await joinAs(tickets, event.eventId, typeId, 'pair@example.org')).statusCode).toBe(202)
    const [entry] = await entriesOf(tickets, event, 'pair@example.org')
    expect(entry).toMatchObject({ quantity: 2 })
    const alone = await joinAs(tickets, event.eventId, typeId, 'alone@example.org', { quantity: 1 })
    expect([alone.statusCode, alone.json()]).toMatchObject([409, { code: 'limit-exceeded', minPerOrder: 2 }])
    const many = await joinAs(tickets, event.eventId, typeId, 'many@example.org', { quantity: 11 })
    expect(many.json()).toMatchObject({ code: 'limit-exceeded', maxPerOrder: 10, quantity: 11 })
  })

  it('lets nobody wait for what is not sold', async () => {
    const refusal = async (typeId: string, of = event) => {
      const answer = await joinAs(tickets, of.eventId, typeId, 'nobody@example.org')
      return [answer.statusCode, answer.json().code]
    }
    const typeId = await sellOut()
    await tickets.context.db
      .updateTable('ticket_type')
      .set({ paused: true })
      .where('id', '=', toUuid('typ', typeId))
      .execute()
    expect(await refusal(typeId)).toEqual([409, 'sale-paused'])
    const hidden = await sellOut()
    await tickets.context.db
      .updateTable('ticket_type')
      .set({ hidden: true })
      .where('id', '=', toUuid('typ', hidden))
      .execute()
    expect(await refusal(hidden)).toEqual([404, 'ticket-type-unknown'])
    const ended = await sellOut()
    await change(ended, { salesEndAt: tickets.clock.now().toISOString() })
    expect(await refusal(ended)).toEqual([409, 'sale-ended'])
    const addOn = await sellOut()
    await tickets.context.db
      .updateTable('ticket_type')
      .set({ add_on_to: [toUuid('typ', soldOut)] })
      .where('id', '=', toUuid('typ', addOn))
      .execute()
    expect(await refusal(addOn)).toEqual([409, 'add-on-alone'])
    expect(await refusal(toId('typ', newUuid()))).toEqual([404, 'ticket-type-unknown'])
    expect(await refusal('nonsense')).toEqual([404, 'ticket-type-unknown'])

    const other = await publishEvent(tickets)
    const theirs = await sellOut({}, other)
    expect(await refusal(theirs)).toEqual([404, 'ticket-type-unknown'])
    await tickets.deliver('events.event-cancelled.v1', { ...other.facts, version: 2, status: 'cancelled' })
    expect(await refusal(theirs, other)).toEqual([409, 'event-cancelled'])
    const draft = await publishEvent(tickets, { status: 'draft' })
    expect(await refusal(soldOut, draft)).toEqual([404, 'not-found'])
    expect(await refusal(soldOut, { ...event, eventId: toId('evt', newUuid()) })).toEqual([404, 'not-found'])
  })

  it('refuses what is no address, no number of places, or unknown', async () => {
    for (const body of [
      { email: 'no address' },
      { email: 'x@example.org', quantity: 0 },
      { email: 'x@example.org', quantity: 1.5 },
      { email: 'x@example.org', state: 'offered' },
      { email: 'x@example.org', locale: 'de' },
      {},
    ]) {
      const answer = await tickets.call('POST', `/v1/events/${event.eventId}/waiting-list`, {
        body: { ticketTypeId: soldOut, ...body },
      })
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid'])
    }
  })

  it('stops a sender who floods a mailbox or a list, and nobody else', async () => {
    const from = (sender: string, email: string) =>
      tickets.call('POST', `/v1/events/${event.eventId}/waiting-list`, {
        body: { ticketTypeId: soldOut, email },
        headers: { 'x-forwarded-for': sender },
      })
    for (let time = 0; time < 5; time++) expect((await from('192.0.2.7', 'flood@example.org')).statusCode).toBe(202)
    const refused = await from('192.0.2.7', 'FLOOD@example.org')
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate-limited'])
    expect((await from('192.0.2.8', 'flood@example.org')).statusCode).toBe(202)
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => (await from('192.0.2.9', `bot${index}@example.org`)).statusCode),
    )
    expect(statuses.filter((status) => status === 202)).toHaveLength(30)
    expect((await from('192.0.2.9', 'one-more@example.org')).statusCode).toBe(429)
  })
})

describe('getWaitingEntry and leaveWaitingList', () => {
  const entryOf = async (email: string) => {
    await join(email)
    const [entry] = await entriesOf(tickets, event, email)
    if (!entry) throw new Error('There is no entry')
    return { ...entry, secret: await secretOf(tickets, entry.id) }
  }
  const get = (id: string, secret?: string) =>
    tickets.call('GET', `/v1/waiting-entries/${id}`, secret ? { headers: { 'entry-secret': secret } } : {})
  const leave = (id: string, secret?: string, token?: string) =>
    tickets.call('DELETE', `/v1/waiting-entries/${id}`, {
      ...(secret ? { headers: { 'entry-secret': secret } } : {}),
      ...(token ? { token } : {}),
    })

  it('shows an entry to whoever holds its secret: what for, since when, how many are before', async () => {
    await join('before@example.org')
    const entry = await entryOf('reads@example.org')
    const answer = await get(entry.id, entry.secret)
    expect(answer.json()).toMatchObject({
      id: entry.id,
      email: 'reads@example.org',
      state: 'waiting',
      ticketTypeName: { en: 'Standard', fr: 'Plein tarif' },
      event: { timeZone: 'Europe/Paris', status: 'published' },
      order: null,
    })
    expect(answer.json().ahead).toBeGreaterThan(0)
    expect(answer.json()).not.toHaveProperty('secret')
  })

  it('S-50: is the same 404 as none for everybody else', async () => {
    const entry = await entryOf('mine@example.org')
    const other = await entryOf('other@example.org')
    const order = await hold(tickets, event.eventId, await sell(tickets, event))
    const stranger = await tickets.tokens.user({
      audience: 'tickets',
      memberships: { [toId('org', newUuid())]: 'owner' },
    })
    const nothing = bare(await get(toId('wle', newUuid()), entry.secret))
    expect(nothing[0]).toBe(404)
    for (const answer of [
      await get(entry.id),
      await get(entry.id, other.secret),
      await get(entry.id, order.secret),
      await get('wle_1', entry.secret),
      await tickets.call('GET', `/v1/waiting-entries/${entry.id}`, { token: stranger }),
      await tickets.call('GET', `/v1/waiting-entries/${entry.id}`, { token: event.owner }),
      await leave(entry.id),
      await leave(entry.id, other.secret),
      await leave(entry.id, undefined, stranger),
      await leave(entry.id, undefined, await tickets.tokens.service('notifications', 'tickets')),
      await tickets.call('GET', `/v1/orders/${order.id}`, { secret: entry.secret }),
    ]) {
      expect(bare(answer)).toEqual(nothing)
    }
    expect((await get(entry.id, entry.secret)).json().state).toBe('waiting')
  })

  it('lets somebody leave, once or twice, forgets the address, and lets them join again at the end', async () => {
    const entry = await entryOf('leaves@example.org')
    expect((await leave(entry.id, entry.secret)).statusCode).toBe(204)
    expect((await leave(entry.id, entry.secret)).statusCode).toBe(204)
    expect((await get(entry.id, entry.secret)).json()).toMatchObject({ state: 'left', email: null, ahead: null })
    await join('leaves@example.org')
    const [again] = await entriesOf(tickets, event, 'leaves@example.org')
    expect(again?.id).not.toBe(entry.id)
    expect(await tickets.outbox(again?.id ?? '')).toHaveLength(1)
  })

  it('lets those members take somebody off who may cancel an order', async () => {
    const entry = await entryOf('taken-off@example.org')
    const viewer = await leave(entry.id, undefined, await event.member('viewer'))
    expect([viewer.statusCode, viewer.json().code]).toEqual([403, 'forbidden'])
    expect((await leave(entry.id, undefined, await event.member('support'))).statusCode).toBe(204)
  })

  it('gives the secret to notifications alone, for the mail', async () => {
    const entry = await entryOf('mail@example.org')
    const answer = await tickets.call('GET', `/v1/waiting-entries/${entry.id}`, {
      token: await tickets.tokens.service('notifications', 'tickets'),
    })
    expect(answer.json()).toMatchObject({ email: 'mail@example.org', secret: entry.secret })
    const events = await tickets.call('GET', `/v1/waiting-entries/${entry.id}`, {
      token: await tickets.tokens.service('events', 'tickets'),
    })
    expect(events.statusCode).toBe(404)
  })
})

describe('listWaitingEntries', () => {
  it('gives members the entries in the order of joining, in pages, with the counts of each type', async () => {
    const own = await publishEvent(tickets)
    const typeId = await sellOut({}, own)
    const emails = ['a@example.org', 'b@example.org', 'c@example.org']
    for (const email of emails) await joinAs(tickets, own.eventId, typeId, email, { quantity: 2 })
    const list = async (query: string, token = own.owner) =>
      tickets.call('GET', `/v1/events/${own.eventId}/waiting-list${query}`, { token })
    const first = (await list('?limit=2')).json()
    const second = (await list(`?limit=2&cursor=${first.nextCursor}`)).json()
    expect([...first.items, ...second.items].map((entry) => entry.email)).toEqual(emails)
    expect(second.nextCursor).toBeNull()
    expect(first.counts).toEqual([{ ticketTypeId: typeId, waiting: 3, placesWanted: 6, offered: 0, bought: 0 }])
    expect((await list('?state=left')).json().items).toEqual([])
    expect((await list(`?ticketTypeId=${typeId}`)).json().items).toHaveLength(3)
    expect((await list('?state=gone')).statusCode).toBe(400)
    expect((await list('', await own.member('viewer'))).statusCode).toBe(200)
    expect((await list('', await own.member('door'))).statusCode).toBe(403)
    const stranger = bare(await list('', event.owner))
    const none = await tickets.call('GET', `/v1/events/${toId('evt', newUuid())}/waiting-list`, { token: own.owner })
    expect(stranger).toEqual(bare(none))
    expect((await tickets.call('GET', `/v1/events/${own.eventId}/waiting-list`)).statusCode).toBe(401)
  })
})

describe('the erasure of a user', () => {
  it('takes the addresses of their orders off every list', async () => {
    const userId = toId('usr', newUuid())
    const token = await tickets.tokens.user({ audience: 'tickets', userId })
    const typeId = await sell(tickets, event)
    const body = { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], buyer: BUYER }
    expect((await tickets.call('POST', '/v1/orders', { token, body })).statusCode).toBe(201)
    await join(BUYER.email)
    await join('somebody.else@example.org')
    await tickets.deliver('accounts.user-erased.v1', { userId })
    expect(await entriesOf(tickets, event, BUYER.email)).toEqual([])
    expect(await entriesOf(tickets, event, 'somebody.else@example.org')).toHaveLength(1)
  })
})
