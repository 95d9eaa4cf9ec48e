import { readFile } from 'node:fs/promises'
import { newUuid, toId, toUuid } from '@guichet/server'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgetPastEntries } from '../src/waiting-list/forget-entries.ts'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { textsOfPdf } from './pdf-texts.ts'

let tickets: Tickets
let event: PublishedEvent
let typeId: string
let notifications: Record<string, string>
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 1_000, priceMinor: 0, maxPerOrder: 10 })
  notifications = { authorization: `Bearer ${await tickets.tokens.service('notifications', 'tickets')}` }
})
afterAll(() => tickets?.stop())

interface Ticket {
  id: string
  code: string | null
  state: string
  holderName: string | null
  holder: { email: string; secret?: string } | null
  transfersLeft: number
  transfers: { kind: string; by: string; issue: number }[]
}
interface Order {
  id: string
  secret: string
  tickets: Ticket[]
}

const HOLDER = { name: 'Moussa Traoré', email: '' }
beforeEach(() => {
  HOLDER.email = `moussa.${newUuid()}@example.org`
})

async function bought(quantity = 2, at = event, type = typeId): Promise<Order & { ticket: Ticket }> {
  const { id, secret } = await hold(tickets, at.eventId, type, quantity)
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' }
  await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })
  const order = (await tickets.call('GET', `/v1/orders/${id}`, { secret })).json() as Order
  return { ...order, secret, ticket: order.tickets[0] as Ticket }
}

type By = { secret?: string; token?: string }
const url = (order: Order, ticketId = order.tickets[0]?.id) => `/v1/orders/${order.id}/tickets/${ticketId}/holder`
const passOn = (order: Order, body: object = HOLDER, by: By = { secret: order.secret }, ticketId?: string) =>
  tickets.call('PUT', url(order, ticketId), { ...by, body })
const takeBack = (order: Order, by: By = { secret: order.secret }) => tickets.call('DELETE', url(order), by)
const scan = async (code: string | null, at = event) =>
  tickets.call('POST', `/v1/events/${at.eventId}/check-ins`, { token: await at.member('door'), body: { code } })
const open = (ticketId: string, secret: string, file = '') =>
  tickets.call('GET', `/v1/tickets/${ticketId}${file}`, { headers: { 'ticket-secret': secret } })

/** As the holder gets it by mail. */
async function keyOf(order: Order): Promise<string> {
  const seen = (await tickets.call('GET', `/v1/orders/${order.id}`, { headers: notifications })).json() as Order
  return seen.tickets[0]?.holder?.secret ?? ''
}

describe('passOnTicket', () => {
  it('makes the old code worthless and gives the new one to its holder alone', async () => {
    const order = await bought()
    const answer = await passOn(order)
    expect(answer.statusCode).toBe(200)
    const [passed, kept] = (answer.json() as Order).tickets
    expect(passed).toMatchObject({ code: null, holderName: HOLDER.name, holder: { email: HOLDER.email } })
    expect(passed?.holder).not.toHaveProperty('secret')
    expect(passed?.transfers).toMatchObject([{ kind: 'passed-on', by: 'buyer', issue: 2 }])
    expect(kept).toMatchObject({ holder: null, code: order.tickets[1]?.code })
    expect((await scan(order.ticket.code)).json().code).toBe('ticket-replaced')
    const held = (await open(order.ticket.id, await keyOf(order))).json()
    expect(held).toMatchObject({ id: order.ticket.id, holderName: HOLDER.name, from: 'Amina Diallo', state: 'valid' })
    expect(JSON.stringify(held)).not.toMatch(/amina@|ord_/)
    expect((await scan(held.code)).json()).toMatchObject({ holderName: HOLDER.name })
  })

  it('prints for the buyer without it, and for the holder that one alone, without a price', async () => {
    const order = await bought()
    await passOn(order)
    const own = await tickets.call('GET', `/v1/orders/${order.id}/tickets.pdf`, { secret: order.secret })
    expect(textsOfPdf(own.rawPayload)).not.toContain(HOLDER.name)
    expect(textsOfPdf(own.rawPayload)).toContain('1 / 1')
    const theirs = await open(order.ticket.id, await keyOf(order), '/ticket.pdf')
    expect(theirs.headers['content-type']).toBe('application/pdf')
    expect(textsOfPdf(theirs.rawPayload)).toContain(HOLDER.name)
    expect(textsOfPdf(theirs.rawPayload)).not.toContain('Gratuit')
  })

  it('announces it once in the shape of its contract; repeating it changes nothing', async () => {
    const order = await bought()
    const [first, again] = [await passOn(order), await passOn(order)]
    expect(again.json().version).toBe(first.json().version)
    const messages = await tickets.outbox(order.ticket.id)
    expect(messages).toMatchObject([
      { type: 'tickets.ticket-transferred.v1', data: { orderId: order.id, ticketId: order.ticket.id, issue: 2 } },
    ])
    await takeBack(order)
    for (const { type, data } of await tickets.outbox(order.ticket.id)) {
      const schema = new URL(`../../../contracts/messages/${type}.json`, import.meta.url)
      const valid = new Ajv2020().compile(JSON.parse(await readFile(schema, 'utf8')))
      expect(valid(data), JSON.stringify(valid.errors)).toBe(true)
    }
  })

  it('goes from one holder straight to the next: the first one’s key and code die, and both are told', async () => {
    const order = await bought()
    await passOn(order)
    const first = await keyOf(order)
    const { code } = (await open(order.ticket.id, first)).json()
    await passOn(order, { name: 'Lea Roth', email: 'lea@example.org' })
    expect((await open(order.ticket.id, first)).statusCode).toBe(404)
    expect((await scan(code)).json().code).toBe('ticket-replaced')
    expect((await tickets.outbox(order.ticket.id)).map(({ type, data }) => [type, data])).toMatchObject([
      ['tickets.ticket-transferred.v1', { issue: 2 }],
      ['tickets.ticket-taken-back.v1', { issue: 2 }],
      ['tickets.ticket-transferred.v1', { issue: 3 }],
    ])
  })

  it('tells who only has another name now of the new ticket alone', async () => {
    const order = await bought()
    await passOn(order)
    await passOn(order, { name: 'Moussa K. Traoré', email: HOLDER.email.toUpperCase() })
    expect((await tickets.outbox(order.ticket.id)).map(({ type, data }) => [type, data])).toMatchObject([
      ['tickets.ticket-transferred.v1', { issue: 2 }],
      ['tickets.ticket-transferred.v1', { issue: 3 }],
    ])
  })

  it('writes to one address twenty times an hour at most, whatever the orders', async () => {
    const body = { name: 'Somebody', email: `flooded.${newUuid()}@example.org` }
    const orders = [await bought(5), await bought(5), await bought(5), await bought(6)]
    const answers: number[] = []
    for (const order of orders) {
      for (const { id } of order.tickets) {
        answers.push((await passOn(order, body, { secret: order.secret }, id)).statusCode)
      }
    }
    expect(answers).toEqual([...Array.from({ length: 20 }, () => 200), 429])
  })

  it('can be done five times for a ticket', async () => {
    const order = await bought()
    for (let time = 1; time <= 5; time++) {
      const answer = await passOn(order, { ...HOLDER, email: `holder${time}@example.org` })
      expect((answer.json() as Order).tickets[0]?.transfersLeft).toBe(5 - time)
    }
    await takeBack(order)
    expect((await passOn(order)).json()).toMatchObject({ status: 409, code: 'ticket-passed-on-often', max: 5 })
  })

  it('is refused for what was used, refunded, cancelled or is over', async () => {
    const used = await bought()
    await scan(used.ticket.code)
    expect((await passOn(used)).json()).toMatchObject({ status: 409, code: 'already-checked-in' })
    const refunded = await bought()
    await tickets.call('POST', `/v1/orders/${refunded.id}/refunds`, { token: event.owner, body: {} })
    expect((await passOn(refunded)).json()).toMatchObject({ status: 409, code: 'ticket-void' })
    const soon = new Date(tickets.clock.now().getTime() + 60_000).toISOString()
    for (const [changes, code] of [
      [{ status: 'cancelled' }, 'event-cancelled'],
      [{ startsAt: '2020-01-01T10:00:00.000Z', endsAt: '2020-01-01T12:00:00.000Z' }, 'event-over'],
      [{ startsAt: soon }, undefined],
    ] as const) {
      const other = await publishEvent(tickets)
      const order = await bought(1, other, await sell(tickets, other, { priceMinor: 0 }))
      const changed = { ...other.facts, ...changes }
      await tickets.context.db
        .updateTable('event')
        .set({ status: changed.status, starts_at: new Date(changed.startsAt), ends_at: new Date(changed.endsAt) })
        .where('event_id', '=', toUuid('evt', other.eventId))
        .execute()
      const answer = await passOn(order)
      if (code) expect(answer.json()).toMatchObject({ status: 409, code })
      else expect(answer.statusCode).toBe(200)
    }
  })

  it('refuses what is no name or address, and other fields', async () => {
    const order = await bought()
    for (const body of [
      {},
      { name: 'x' },
      { ...HOLDER, name: ' ' },
      { ...HOLDER, email: 'x' },
      { ...HOLDER, email: 'a@b.org, c@d.org' },
      { ...HOLDER, phone: '1' },
    ]) {
      expect((await passOn(order, body)).statusCode, JSON.stringify(body)).toBe(400)
    }
  })

  it('is the same 404 for strangers, holders and other tickets as for no order, and 403 for members who may not', async () => {
    const [order, other] = [await bought(), await bought()]
    await passOn(order)
    const bare = (answer: { json(): object }) => ({ ...answer.json(), instance: '' })
    const nobody = { ...order, id: toId('ord', newUuid()) }
    const none = bare(await passOn(nobody))
    const stranger = await tickets.tokens.user({
      audience: 'tickets',
      memberships: { [toId('org', newUuid())]: 'owner' },
    })
    for (const by of [{}, { secret: other.secret }, { secret: await keyOf(order) }, { token: stranger }]) {
      expect(bare(await passOn(order, HOLDER, by))).toEqual(none)
      expect(bare(await takeBack(order, by))).toEqual(none)
    }
    for (const ticketId of [other.ticket.id, toId('tkt', newUuid()), 'x']) {
      expect(bare(await passOn(order, HOLDER, { secret: order.secret }, ticketId))).toEqual(none)
    }
    for (const role of ['finance', 'door', 'viewer']) {
      expect((await passOn(order, HOLDER, { token: await event.member(role) })).statusCode).toBe(403)
    }
    const helped = await takeBack(order, { token: await event.member('support') })
    expect((helped.json() as Order).tickets[0]?.transfers.at(-1)).toMatchObject({
      kind: 'taken-back',
      by: expect.stringMatching(/^usr_/),
    })
  })
})

describe('takeBackTicket', () => {
  it('makes it the buyer’s again, with another code; the holder’s link and code die, and repeating it does nothing', async () => {
    const order = await bought()
    await passOn(order)
    const key = await keyOf(order)
    const { code } = (await open(order.ticket.id, key)).json()
    const answer = await takeBack(order)
    const [ticket] = (answer.json() as Order).tickets
    expect(ticket).toMatchObject({ holder: null, holderName: 'Amina Diallo' })
    expect((await takeBack(order)).json().version).toBe(answer.json().version)
    expect((await open(order.ticket.id, key)).statusCode).toBe(404)
    expect((await open(order.ticket.id, key, '/ticket.pdf')).statusCode).toBe(404)
    expect((await scan(code)).json().code).toBe('ticket-replaced')
    expect((await scan(ticket?.code ?? '')).statusCode).toBe(201)
  })

  it('is refused once it was used, and once the event has begun', async () => {
    const order = await bought()
    await passOn(order)
    await scan((await open(order.ticket.id, await keyOf(order))).json().code)
    expect((await takeBack(order)).json()).toMatchObject({ status: 409, code: 'already-checked-in' })
    const begun = await publishEvent(tickets)
    const late = await bought(1, begun, await sell(tickets, begun, { priceMinor: 0 }))
    await passOn(late)
    await tickets.context.db
      .updateTable('event')
      .set({ starts_at: new Date(tickets.clock.now().getTime() - 1_000) })
      .where('event_id', '=', toUuid('evt', begun.eventId))
      .execute()
    expect((await takeBack(late)).json()).toMatchObject({ status: 409, code: 'event-begun' })
    const elsewhere = { name: 'Lea Roth', email: 'lea@example.org' }
    expect((await passOn(late, elsewhere)).json()).toMatchObject({ status: 409, code: 'event-begun' })
  })
})

describe('a ticket that somebody else holds', () => {
  it('is nobody’s without its key', async () => {
    const [order, other] = [await bought(), await bought()]
    await passOn(order)
    await passOn(other)
    const none = { ...(await open(toId('tkt', newUuid()), await keyOf(order))).json(), instance: '' }
    for (const secret of ['', 'x', order.secret, await keyOf(other)]) {
      expect({ ...(await open(order.ticket.id, secret)).json(), instance: '' }).toEqual(none)
    }
  })

  it('keeps its code when the buyer’s address is corrected: the holder never had the old mails', async () => {
    const order = await bought()
    await passOn(order)
    const key = await keyOf(order)
    const { code } = (await open(order.ticket.id, key)).json()
    const correct = (secret: string) =>
      tickets.call('PUT', `/v1/orders/${order.id}/buyer-email`, { secret, body: { email: 'right@example.org' } })
    const answer = (await correct(order.secret)).json() as Order
    expect((await open(order.ticket.id, key)).json().code).toBe(code)
    // The buyer is given the order's new key, and neither then nor by asking for nothing the holder's.
    const again = (await correct(answer.secret)).json() as Order
    for (const { secret, tickets: seen } of [answer, again]) {
      expect(secret).toBe(answer.secret)
      expect(seen[0]?.holder).toMatchObject({ email: HOLDER.email })
      expect(seen[0]?.holder).not.toHaveProperty('secret')
    }
  })

  it('says to the buyer that the organizer changed it, and to members who', async () => {
    const order = await bought()
    await passOn(order, HOLDER, { token: event.owner })
    const read = async (by: By) => (await tickets.call('GET', `/v1/orders/${order.id}`, by)).json() as Order
    expect((await read({ secret: order.secret })).tickets[0]?.transfers).toMatchObject([{ by: 'organizer' }])
    expect((await read({ token: event.owner })).tickets[0]?.transfers[0]?.by).toMatch(/^usr_/)
  })

  it('is the last of its line to be given back by a member, whose holder then hears of it', async () => {
    const order = await bought(2)
    const [, last] = order.tickets as [Ticket, Ticket]
    await passOn(order, HOLDER, { secret: order.secret }, last.id)
    const giveBack = () =>
      tickets.call('POST', `/v1/orders/${order.id}/refunds`, {
        token: event.owner,
        body: { lines: [{ lineNumber: 1, quantity: 1 }] },
      })
    await giveBack()
    const states = async () =>
      ((await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json() as Order).tickets.map(
        ({ state }) => state,
      )
    expect(await states()).toEqual(['void', 'valid'])
    expect((await tickets.outbox(last.id)).map(({ type }) => type)).toEqual(['tickets.ticket-transferred.v1'])
    await giveBack()
    expect(await states()).toEqual(['void', 'void'])
    expect((await tickets.outbox(last.id)).map(({ type, data }) => [type, data])).toMatchObject([
      ['tickets.ticket-transferred.v1', { issue: 2 }],
      ['tickets.ticket-taken-back.v1', { issue: 2 }],
    ])
  })

  it('stays good without a name when its buyer is erased; what others passed on to an address of theirs stays', async () => {
    const userId = toId('usr', newUuid())
    const order = await bought()
    const address = `erased.${newUuid()}@example.org`
    await passOn(order, { name: 'Friend', email: address })
    const own = await bought()
    // Anybody may buy in anybody's name: that this address is theirs is not known.
    await tickets.context.db
      .updateTable('orders')
      .set({ buyer_user_id: toUuid('usr', userId), buyer_email: address })
      .where('id', '=', toUuid('ord', own.id))
      .execute()
    await passOn(own)
    const [key, ownKey] = [await keyOf(order), await keyOf(own)]
    await tickets.deliver('accounts.user-erased.v1', { userId })
    expect((await open(own.ticket.id, ownKey)).json()).toMatchObject({ holderName: null, state: 'valid' })
    expect((await open(order.ticket.id, key)).json()).toMatchObject({ holderName: 'Friend', state: 'valid' })
  })

  it('is without its holder’s address a month after the event', async () => {
    const past = await publishEvent(tickets)
    const order = await bought(1, past, await sell(tickets, past, { priceMinor: 0 }))
    await passOn(order)
    await forgetPastEntries(tickets.context, 1_000)
    const emailOf = async () =>
      ((await tickets.call('GET', `/v1/orders/${order.id}`, { headers: notifications })).json() as Order).tickets[0]
        ?.holder?.email
    expect(await emailOf()).toBe(HOLDER.email)
    await tickets.context.db
      .updateTable('event')
      .set({ ends_at: new Date(tickets.clock.now().getTime() - 31 * 86_400_000) })
      .where('event_id', '=', toUuid('evt', past.eventId))
      .execute()
    await forgetPastEntries(tickets.context, 1_000)
    expect(await emailOf()).toBeNull()
  })
})
