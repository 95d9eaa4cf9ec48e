import { randomUUID } from 'node:crypto'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import { refundCancelledEvents } from '../src/jobs/refund-cancelled-events.ts'
import { hold, publishEvent, sell } from './fixture.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

async function bought(quantity = 1, more: { eventId?: string; type?: string } = {}) {
  const order = await hold(shop.tickets, more.eventId ?? shop.event.eventId, more.type ?? shop.typeId, quantity)
  await shop.payments.act(await shop.payPage(order), 'pay')
  await shop.call(order, 'payment-check')
  return order
}
const refundsOf = async (orderId: string) => {
  const rows = await shop.tickets.context.db
    .selectFrom('payment')
    .select('provider_reference')
    .where('order_id', '=', toUuid('ord', orderId))
    .execute()
  const references = rows.map((row) => row.provider_reference)
  return (await shop.payments.journal()).refunds.filter((refund) => references.includes(refund.sessionId))
}

describe('refundOrder', () => {
  it('gives the whole money back, voids the tickets and puts the places on sale', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own, { capacity: 2 })
    const order = await bought(2, { eventId: own.eventId, type })
    const answer = await shop.refund(order, own.owner)
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      orderId: order.id,
      amountMinor: 9_800,
      currency: 'EUR',
      state: 'succeeded',
      reason: 'requested',
    })
    const refunded = await shop.read(order)
    expect(refunded).toMatchObject({ state: 'refunded', payment: { state: 'refunded' } })
    expect(refunded.tickets.map((ticket: { state: string }) => ticket.state)).toEqual(['void', 'void'])
    expect(await refundsOf(order.id)).toHaveLength(1)
    const sales = await shop.tickets.call('GET', `/v1/events/${own.eventId}/sales`, { token: own.owner })
    expect(sales.json()).toMatchObject({ ticketTypes: [{ held: 0, sold: 0 }], revenue: [], orders: { refunded: 1 } })
    expect((await hold(shop.tickets, own.eventId, type, 2)).state).toBe('held')
  })

  it('S-49: happens once, however often and however parallel it is asked', async () => {
    const order = await bought()
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.refund(order)))
    expect(answers.filter((answer) => answer.statusCode === 201)).toHaveLength(1)
    for (const answer of answers) {
      if (answer.statusCode !== 201) expect(answer.json().code).toBe('order-not-refundable')
    }
    expect((await shop.refund(order)).json()).toMatchObject({ status: 409, state: 'refunded' })
    expect(await refundsOf(order.id)).toHaveLength(1)
  })

  it('S-49: gives back no more than was paid, nothing below nothing, and no other currency', async () => {
    const order = await bought()
    const refused = async (body: object) =>
      (await shop.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: shop.event.owner, body })).json()
    expect(await refused({ amountMinor: 4_901 })).toMatchObject({
      status: 409,
      code: 'refund-too-high',
      amountMinor: 4_901,
      refundableMinor: 4_900,
    })
    for (const body of [{ amountMinor: -1 }, { amountMinor: 0 }, { amountMinor: 0.5 }, { currency: 'JPY' }]) {
      expect((await refused(body)).status).toBe(400)
    }
    expect(await refundsOf(order.id)).toHaveLength(0)
  })

  it('is for owners, managers and finance: not the buyer, not other members, not other organizers', async () => {
    const order = await bought()
    expect((await shop.call(order, 'refunds')).statusCode).toBe(401)
    expect((await shop.refund(order, await shop.event.member('support'))).statusCode).toBe(403)
    expect((await shop.refund(order, (await publishEvent(shop.tickets)).owner)).statusCode).toBe(404)
    expect((await shop.refund(await shop.hold())).json()).toMatchObject({ code: 'order-not-refundable', state: 'held' })
    expect((await shop.refund(order, await shop.event.member('finance'))).statusCode).toBe(201)
  })

  it('gives the same answer to the same key, and refuses it for another order', async () => {
    const [order, other] = [await bought(), await bought()]
    const key = { 'idempotency-key': randomUUID() }
    const first = await shop.refund(order, shop.event.owner, key)
    const again = await shop.refund(order, shop.event.owner, key)
    expect([again.statusCode, again.json()]).toEqual([201, first.json()])
    expect((await shop.refund(other, shop.event.owner, key)).statusCode).toBe(422)
    expect((await shop.refund(other, shop.event.owner, { 'idempotency-key': '' })).statusCode).toBe(400)
  })

  it('is promised while the provider is away, and kept once by the job, though an answer is lost', async () => {
    const order = await bought()
    await shop.payments.control({ next: 'reset-after-charge', on: 'refund' })
    expect((await shop.refund(order)).json().state).toBe('pending')
    // The tickets are void from the promise on: nobody comes in on money that is on its way back.
    expect(await shop.read(order)).toMatchObject({ state: 'refunded', payment: { state: 'succeeded' } })
    shop.tickets.clock.advance(11)
    await shop.payments.control({ next: '500-after-charge', on: 'refund' })
    await finishRefunds.run(shop.tickets.context)
    expect((await shop.read(order)).payment.state).toBe('succeeded')
    shop.tickets.clock.advance(11)
    await Promise.all([finishRefunds.run(shop.tickets.context), finishRefunds.run(shop.tickets.context)])
    expect((await shop.read(order)).payment.state).toBe('refunded')
    expect(await refundsOf(order.id)).toHaveLength(1)
  })

  it('of a free order voids its tickets without asking anybody', async () => {
    const type = await sell(shop.tickets, shop.event, { priceMinor: 0 })
    const order = await shop.hold(2, type)
    await shop.call(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
    expect((await shop.refund(order)).json()).toMatchObject({ amountMinor: 0, state: 'succeeded' })
    expect((await shop.read(order)).state).toBe('refunded')
  })
})

describe('a cancelled event', () => {
  it('releases its holds and refunds its orders, once each, going on wherever a round died', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own)
    const free = await sell(shop.tickets, own, { priceMinor: 0 })
    const paid = [await bought(1, { eventId: own.eventId, type }), await bought(3, { eventId: own.eventId, type })]
    const gift = await hold(shop.tickets, own.eventId, free)
    await shop.call(gift, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
    const held = await hold(shop.tickets, own.eventId, type)
    const paying = await hold(shop.tickets, own.eventId, type)
    const page = await shop.payPage(paying)

    await shop.tickets.deliver('events.event-cancelled.v1', { ...own, version: 2, status: 'cancelled' })
    await expect(hold(shop.tickets, own.eventId, type)).rejects.toThrow('event-cancelled')
    await shop.payments.control({ next: '500-after-charge', on: 'refund' })
    while ((await refundCancelledEvents.run(shop.tickets.context)) > 0);
    for (let round = 0; round < 3; round++) {
      await Promise.all([finishRefunds.run(shop.tickets.context), finishRefunds.run(shop.tickets.context)])
      shop.tickets.clock.advance(30)
    }
    for (const order of [...paid, gift]) expect((await shop.read(order)).state).toBe('refunded')
    for (const order of paid) expect(await refundsOf(order.id)).toHaveLength(1)
    expect((await shop.read(held)).state).toBe('cancelled')
    await checkPendingPayments.run(shop.tickets.context)
    await shop.payments.act(page, 'pay')
    expect(await shop.read(paying)).toMatchObject({ state: 'cancelled', payment: { state: 'failed' } })
    const event = await shop.tickets.context.db
      .selectFrom('event')
      .select('settling')
      .where('event_id', '=', toUuid('evt', own.eventId))
      .executeTakeFirst()
    expect(event?.settling).toBe(false)
  })

  it('winds up the others when one order of one event cannot be', async () => {
    const [one, other] = [await publishEvent(shop.tickets), await publishEvent(shop.tickets)]
    const type = await sell(shop.tickets, one)
    const broken = await bought(1, { eventId: one.eventId, type })
    const good = [
      await bought(1, { eventId: one.eventId, type }),
      await bought(1, { eventId: other.eventId, type: await sell(shop.tickets, other) }),
    ]
    const setProblem = (problem: 'late-payment' | null) =>
      shop.tickets.context.db
        .updateTable('payment')
        .set({ problem })
        .where('order_id', '=', toUuid('ord', broken.id))
        .execute()
    await setProblem('late-payment')
    for (const own of [one, other]) {
      await shop.tickets.deliver('events.event-cancelled.v1', { ...own, version: 2, status: 'cancelled' })
    }
    for (let round = 0; round < 40; round++) await refundCancelledEvents.run(shop.tickets.context)
    for (const order of good) expect((await shop.read(order)).state).toBe('refunded')
    expect((await shop.read(broken)).state).toBe('confirmed')
    await setProblem(null)
    for (let round = 0; round < 40; round++) await refundCancelledEvents.run(shop.tickets.context)
    expect((await shop.read(broken)).state).toBe('refunded')
    await finishRefunds.run(shop.tickets.context)
  })

  it('tells notifications whom to write to, also those already refunded', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own)
    const orders = [await bought(1, { eventId: own.eventId, type }), await bought(1, { eventId: own.eventId, type })]
    const before = await bought(1, { eventId: own.eventId, type })
    await shop.refund(before, own.owner)
    await hold(shop.tickets, own.eventId, type)
    await shop.tickets.deliver('events.event-cancelled.v1', { ...own, version: 2, status: 'cancelled' })
    while ((await refundCancelledEvents.run(shop.tickets.context)) > 0);
    await finishRefunds.run(shop.tickets.context)
    const token = await shop.tickets.tokens.service('notifications', 'tickets')
    const url = `/v1/internal/events/${own.eventId}/orders?limit=1`
    const first = (await shop.tickets.call('GET', url, { token })).json()
    const second = (await shop.tickets.call('GET', `${url}&cursor=${first.nextCursor}`, { token })).json()
    expect([...first.items, ...second.items].map((item) => item.id)).toEqual(orders.map((order) => order.id))
    expect(second.nextCursor).toBeNull()
    expect(first.items[0].link).toBe(`http://localhost:4000/fr/orders/${orders[0].id}?key=${orders[0].secret}`)
    expect((await shop.tickets.call('GET', url, { token: own.owner })).statusCode).toBe(403)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  expect(await shop.violations()).toEqual([])
})
