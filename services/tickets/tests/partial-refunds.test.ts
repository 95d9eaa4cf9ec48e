import { randomUUID } from 'node:crypto'
import { sql } from '@guichet/database'
import { newUuid, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import { publishEvent, sell } from './fixture.ts'
import { bought, refunds } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const preview = async (order: { id: string }, body: object, token?: string) =>
  (await refunds(shop, order, { ...body, dryRun: true }, token)).json()

describe('a refund in parts', () => {
  it('gives back what one ticket cost, and its place; the rest of the order stays', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own, { capacity: 3 })
    const order = await bought(shop, 3, { event: own, type })
    const [ticket] = order.tickets
    const wish = { ticketIds: [ticket?.id] }
    expect(await preview(order, wish, own.owner)).toEqual({
      dryRun: true,
      orderId: order.id,
      amountMinor: 4_900,
      keptMinor: 0,
      currency: 'EUR',
      lines: [{ lineNumber: 1, quantity: 1, amountMinor: 4_900 }],
      ticketIds: [ticket?.id],
      endsOrder: false,
    })
    const answer = await refunds(shop, order, wish, own.owner)
    expect([answer.statusCode, answer.json()]).toEqual([
      201,
      expect.objectContaining({ amountMinor: 4_900, state: 'succeeded', ticketIds: [ticket?.id], endsOrder: false }),
    ])
    expect(await shop.read(order)).toMatchObject({
      state: 'confirmed',
      refundedMinor: 4_900,
      payment: { state: 'succeeded' },
      lines: [{ lineNumber: 1, quantity: 3, voidQuantity: 1 }],
    })
    expect((await shop.read(order)).tickets.map((one: { state: string }) => one.state).sort()).toEqual([
      'valid',
      'valid',
      'void',
    ])
    const sales = await shop.tickets.call('GET', `/v1/events/${own.eventId}/sales`, { token: own.owner })
    expect(sales.json()).toMatchObject({
      ticketTypes: [{ sold: 2 }],
      revenue: [{ currency: 'EUR', amountMinor: 9_800 }],
    })
    expect((await refunds(shop, order, wish, own.owner)).json()).toMatchObject({
      code: 'tickets-not-refundable',
      count: 1,
    })
  })

  it('gives back by line and number, and ends the order with its last ticket', async () => {
    const order = await bought(shop, 2)
    const line = (quantity: number) => ({ lines: [{ lineNumber: 1, quantity }] })
    expect((await refunds(shop, order, line(3))).json().code).toBe('tickets-not-refundable')
    expect((await refunds(shop, order, line(1))).json()).toMatchObject({ amountMinor: 4_900, endsOrder: false })
    expect((await refunds(shop, order, line(1))).json()).toMatchObject({ amountMinor: 4_900, endsOrder: true })
    expect(await shop.read(order)).toMatchObject({
      state: 'refunded',
      refundedMinor: 9_800,
      payment: { state: 'refunded' },
    })
    expect((await shop.tickets.outbox(order.id)).map((row) => row.type)).toEqual([
      'tickets.order-confirmed.v1',
      'tickets.order-partially-refunded.v1',
      'tickets.order-refunded.v1',
    ])
    expect((await refunds(shop, order, {})).json()).toMatchObject({ code: 'order-not-refundable', state: 'refunded' })
  })

  it('gives back a sum and leaves the tickets; these are then worth what is left', async () => {
    const order = await bought(shop, 2)
    expect((await refunds(shop, order, { amountMinor: 1_001 })).json()).toMatchObject({
      lines: [{ lineNumber: 1, quantity: 0, amountMinor: 1_001 }],
      ticketIds: [],
    })
    expect(await shop.read(order)).toMatchObject({ state: 'confirmed', refundedMinor: 1_001 })
    const [first, second] = order.tickets
    const worth = async (id?: string) => (await preview(order, { ticketIds: [id] })).amountMinor
    expect([await worth(first?.id), await worth(second?.id)].sort()).toEqual([4_399, 4_400])
    await refunds(shop, order, { ticketIds: [first?.id] })
    await refunds(shop, order, {})
    expect(await shop.read(order)).toMatchObject({ state: 'refunded', refundedMinor: 9_800 })
  })

  it('keeps a part where a member says so, and can give it back later', async () => {
    const order = await bought(shop, 2)
    const ids = order.tickets.map((ticket) => ticket.id)
    const kept = (await refunds(shop, order, { ticketIds: ids, amountMinor: 9_000 })).json()
    expect(kept).toMatchObject({ amountMinor: 9_000, endsOrder: true })
    expect(await shop.read(order)).toMatchObject({ state: 'refunded', payment: { state: 'succeeded' } })
    expect((await refunds(shop, order, { amountMinor: 801 })).json()).toMatchObject({ refundableMinor: 800 })
    expect((await refunds(shop, order, { amountMinor: 800 })).statusCode).toBe(201)
    expect(await shop.read(order)).toMatchObject({ refundedMinor: 9_800, payment: { state: 'refunded' } })
  })

  it('gives the uses of a code back with the tickets that it was for', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own)
    const other = await sell(shop.tickets, own, { name: { en: 'Other' } })
    const url = `/v1/events/${own.eventId}/promo-codes`
    const terms = { code: 'HALF', discountPercent: 50, usesMax: 5, ticketTypeIds: [type] }
    const code = (await shop.tickets.call('POST', url, { token: own.owner, body: terms })).json()
    const lines = [
      { ticketTypeId: type, quantity: 2 },
      { ticketTypeId: other, quantity: 1 },
    ]
    const order = await bought(shop, 1, { event: own, type, more: { lines, promoCode: 'HALF' } })
    const uses = async () => {
      const { items } = (await shop.tickets.call('GET', url, { token: own.owner })).json()
      return items.find((one: { id: string }) => one.id === code.id).usesSold
    }
    const before = await uses()
    const of = (typeId: string) => order.tickets.find((ticket) => ticket.ticketTypeId === typeId)?.id
    expect((await refunds(shop, order, { ticketIds: [of(other)] }, own.owner)).json().amountMinor).toBe(4_900)
    expect(await uses()).toEqual(before)
    expect((await refunds(shop, order, { ticketIds: [of(type)] }, own.owner)).json().amountMinor).toBe(2_450)
    expect(await uses()).not.toEqual(before)
    await refunds(shop, order, {}, own.owner)
  })

  it('draws a new limit from the tickets that are left', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own)
    const order = await bought(shop, 3, { event: own, type })
    await refunds(shop, order, { lines: [{ lineNumber: 1, quantity: 2 }] }, own.owner)
    const body = { kind: 'shared', name: { en: 'All' }, capacity: 1, ticketTypeIds: [type] }
    const url = `/v1/events/${own.eventId}/allotments`
    const pool = await shop.tickets.call('POST', url, { token: own.owner, body })
    expect([pool.statusCode, pool.json()]).toEqual([201, expect.objectContaining({ sold: 1, capacity: 1 })])
    await refunds(shop, order, {}, own.owner)
  })

  it('refuses what contradicts itself, and fields that it does not know', async () => {
    const order = await bought(shop, 1)
    const ticketIds = [order.tickets[0]?.id]
    const line = { lineNumber: 1, quantity: 1 }
    for (const body of [
      { ticketIds, lines: [line] },
      { lines: [line, line] },
      { ticketIds: [] },
      { lines: [{ ...line, price: 1 }] },
      { amountMinor: '1' },
      { percent: 10 },
      { note: ' ' },
    ]) {
      expect((await refunds(shop, order, body)).statusCode).toBe(400)
    }
    for (const id of ['tkt_nonsense', toId('tkt', newUuid())]) {
      expect((await refunds(shop, order, { ticketIds: [id] })).json().code).toBe('tickets-not-refundable')
    }
    const tooMuch = await refunds(shop, order, { ticketIds, amountMinor: 4_901 })
    expect(tooMuch.json()).toMatchObject({ code: 'refund-too-high', refundableMinor: 4_900 })
    expect((await shop.read(order)).refundedMinor).toBe(0)
  })

  it('S-49: gives back each ticket once, and never more than was paid, however parallel it is asked', async () => {
    const order = await bought(shop, 3)
    const wishes = [
      ...order.tickets.map((ticket) => ({ ticketIds: [ticket.id] })),
      ...order.tickets.map((ticket) => ({ ticketIds: [ticket.id] })),
      { amountMinor: 5_000 },
      { amountMinor: 5_000 },
      { amountMinor: 5_000 },
      {},
    ]
    await Promise.all(wishes.map((wish) => refunds(shop, order, wish)))
    const { items } = (
      await shop.tickets.call('GET', `/v1/orders/${order.id}/refunds`, { secret: order.secret })
    ).json() as { items: { amountMinor: number; ticketIds: string[] }[] }
    const given = items.flatMap((item) => item.ticketIds)
    expect(new Set(given).size).toBe(given.length)
    const sum = items.reduce((all, item) => all + item.amountMinor, 0)
    expect(sum).toBeLessThanOrEqual(14_700)
    expect((await shop.read(order)).refundedMinor).toBe(sum)
  })

  it('previews and does the same, and the repetition of a key has no second effect', async () => {
    const order = await bought(shop, 2)
    const headers = { 'idempotency-key': randomUUID() }
    const wish = { ticketIds: [order.tickets[0]?.id], amountMinor: 4_000, note: 'fell ill' }
    const seen = await preview(order, wish)
    const first = await refunds(shop, order, wish, undefined, headers)
    expect(first.json()).toMatchObject({ amountMinor: seen.amountMinor, lines: seen.lines, note: 'fell ill' })
    const again = await refunds(shop, order, wish, undefined, headers)
    expect([again.statusCode, again.json()]).toEqual([201, first.json()])
    const other = await refunds(shop, order, { ...wish, amountMinor: 1 }, undefined, headers)
    expect(other.statusCode).toBe(422)
    expect((await shop.read(order)).refundedMinor).toBe(4_000)
  })
})

describe('listOrderRefunds', () => {
  it('is for the buyer, without what members wrote, and for members of the organizer alone', async () => {
    const order = await bought(shop, 1)
    await refunds(shop, order, { amountMinor: 5, note: 'between us' })
    const url = `/v1/orders/${order.id}/refunds`
    const buyers = await shop.tickets.call('GET', url, { secret: order.secret })
    expect(buyers.json().items).toMatchObject([{ amountMinor: 5, note: null, problem: null }])
    const viewer = await shop.tickets.call('GET', url, { token: await shop.event.member('viewer') })
    expect(viewer.json().items).toMatchObject([{ note: 'between us' }])
    expect((await shop.tickets.call('GET', url)).statusCode).toBe(404)
    const stranger = (await publishEvent(shop.tickets)).owner
    expect((await shop.tickets.call('GET', url, { token: stranger })).statusCode).toBe(404)
    expect((await shop.tickets.call('GET', url, { token: await shop.event.member('door') })).statusCode).toBe(403)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  shop.tickets.clock.advance(60)
  while ((await finishRefunds.run(shop.tickets.context)) > 0);
  expect(await shop.violations()).toEqual([])
  const { rows } = await sql<{ amount: string }>`
    select sum(amount_minor) as amount from ledger_posting where account = 'refunds-due'`.execute(
    shop.tickets.context.db,
  )
  expect(Number(rows[0]?.amount)).toBe(0)
})
