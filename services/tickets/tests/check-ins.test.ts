import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import { refundCancelledEvents } from '../src/jobs/refund-cancelled-events.ts'
import { publishEvent, sell } from './fixture.ts'
import { bought, refunds } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const door = () => shop.event.member('door')
const scan = async (body: object, token?: string, eventId = shop.event.eventId, headers?: Record<string, string>) =>
  shop.tickets.call('POST', `/v1/events/${eventId}/check-ins`, {
    token: token ?? (await door()),
    body,
    ...(headers ? { headers } : {}),
  })

describe('checkInTicket', () => {
  it('lets the bearer in once, by code or by id, and says when it was', async () => {
    const order = await bought(shop, 2)
    const [first, second] = order.tickets
    const answer = await scan({ code: first?.code })
    expect([answer.statusCode, answer.json()]).toEqual([
      201,
      expect.objectContaining({ ticketId: first?.id, orderId: order.id, holderName: 'Amina Diallo' }),
    ])
    const { checkedInAt } = answer.json()
    expect((await scan({ code: first?.code })).json()).toMatchObject({ code: 'already-checked-in', checkedInAt })
    expect((await scan({ ticketId: second?.id })).statusCode).toBe(201)
    expect((await shop.read(order)).tickets).toMatchObject([{ checkedInAt: expect.any(String) }, {}])
  })

  it('gives the same answer to a repetition of the same scan', async () => {
    const [ticket] = (await bought(shop)).tickets
    const [token, headers] = [await door(), { 'idempotency-key': randomUUID() }]
    const first = await scan({ code: ticket?.code }, token, undefined, headers)
    const again = await scan({ code: ticket?.code }, token, undefined, headers)
    expect([again.statusCode, again.json()]).toEqual([201, first.json()])
  })

  it('announces each bearer who comes in, once, in the shape of its contract; and again after it was undone', async () => {
    const order = await bought(shop)
    const [ticket] = order.tickets
    const [token, headers] = [await door(), { 'idempotency-key': randomUUID() }]
    for (let time = 0; time < 2; time++) await scan({ code: ticket?.code }, token, undefined, headers)
    const [announced, ...more] = await shop.tickets.outbox(ticket?.id ?? '')
    expect(more).toEqual([])
    expect(announced).toMatchObject({
      type: 'tickets.ticket-checked-in.v1',
      data: { ticketId: ticket?.id, orderId: order.id, eventId: shop.event.eventId },
    })
    const schema = new URL('../../../contracts/messages/tickets.ticket-checked-in.v1.json', import.meta.url)
    const ajv = formats.default(new Ajv2020({ strict: false }))
    const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')))
    expect(validate(announced?.data), JSON.stringify(validate.errors)).toBe(true)
    const url = `/v1/events/${shop.event.eventId}/check-ins/${ticket?.id}`
    await shop.tickets.call('DELETE', url, { token })
    await scan({ code: ticket?.code })
    expect(await shop.tickets.outbox(ticket?.id ?? '')).toHaveLength(2)
  })

  it('knows no ticket of another event, no forged code, and no id that is none', async () => {
    const [ticket] = (await bought(shop)).tickets
    const other = await publishEvent(shop.tickets)
    const their = await other.member('door')
    for (const body of [{ code: ticket?.code }, { ticketId: ticket?.id }]) {
      expect((await scan(body, their, other.eventId)).json()).toMatchObject({ status: 404, code: 'ticket-unknown' })
    }
    for (const body of [{ code: `${ticket?.code}x` }, { code: 'GT1.a.b' }, { ticketId: 'tkt_1' }]) {
      expect((await scan(body)).json().code).toBe('ticket-unknown')
    }
    for (const body of [{}, { code: 1 }, { code: 'a', ticketId: 'b' }]) {
      expect((await scan(body)).statusCode).toBe(400)
    }
  })

  it('is for owners, managers, support and door', async () => {
    const [ticket] = (await bought(shop)).tickets
    const body = { ticketId: ticket?.id }
    const url = `/v1/events/${shop.event.eventId}/check-ins`
    expect((await shop.tickets.call('POST', url, { body })).statusCode).toBe(401)
    expect((await scan(body, await shop.event.member('finance'))).statusCode).toBe(403)
    expect((await scan(body, (await publishEvent(shop.tickets)).owner)).statusCode).toBe(404)
    expect((await scan(body, await shop.event.member('support'))).statusCode).toBe(201)
  })

  it('can be undone, twice, and done again', async () => {
    const [ticket] = (await bought(shop)).tickets
    await scan({ ticketId: ticket?.id })
    const url = `/v1/events/${shop.event.eventId}/check-ins/${ticket?.id}`
    const undo = async (token: string) => (await shop.tickets.call('DELETE', url, { token })).statusCode
    expect(await undo(await shop.event.member('finance'))).toBe(403)
    expect([await undo(await door()), await undo(await door())]).toEqual([204, 204])
    expect((await scan({ ticketId: ticket?.id })).statusCode).toBe(201)
  })
})

describe('a refund and a check-in', () => {
  it('exclude each other: who has come in is refunded only by force, and what is refunded lets nobody in', async () => {
    const order = await bought(shop, 2)
    const [first, second] = order.tickets
    await scan({ ticketId: first?.id })
    expect((await refunds(shop, order, {})).json()).toMatchObject({ code: 'ticket-checked-in', count: 1 })
    expect((await refunds(shop, order, { ticketIds: [first?.id] })).json().code).toBe('ticket-checked-in')
    // Of a line, who has not come in is first.
    const given = await refunds(shop, order, { lines: [{ lineNumber: 1, quantity: 1 }] })
    expect(given.json().ticketIds).toEqual([second?.id])
    expect((await scan({ code: second?.code })).json().code).toBe('ticket-void')
    expect((await refunds(shop, order, { force: true })).json()).toMatchObject({ amountMinor: 4_900, endsOrder: true })
  })

  it('leaves who has come in his ticket when the event is cancelled, and ends all the same', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own)
    const order = await bought(shop, 2, { event: own, type })
    await scan({ ticketId: order.tickets[0]?.id }, own.owner, own.eventId)
    await shop.tickets.deliver('events.event-cancelled.v1', { ...own, version: 2, status: 'cancelled' })
    // An order that a late webhook has in hand is left to a later round.
    await eventually(async () => {
      await refundCancelledEvents.run(shop.tickets.context)
      const { settling } = await shop.tickets.context.db
        .selectFrom('event')
        .select('settling')
        .where('event_id', '=', toUuid('evt', own.eventId))
        .executeTakeFirstOrThrow()
      return !settling
    })
    expect(await refundCancelledEvents.run(shop.tickets.context)).toBe(0)
    await finishRefunds.run(shop.tickets.context)
    expect(await shop.read(order)).toMatchObject({ state: 'confirmed', refundedMinor: 4_900 })
  })
})

it('leaves books that close', async () => {
  expect(await shop.violations()).toEqual([])
})
