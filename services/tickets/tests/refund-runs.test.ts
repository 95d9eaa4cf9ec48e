import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { continueRefundRuns } from '../src/jobs/continue-refund-runs.ts'
import { finishRefunds } from '../src/jobs/finish-refunds.ts'
import { hold, type PublishedEvent, publishEvent, sell } from './fixture.ts'
import { bought, refunds } from './refunds.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
let event: PublishedEvent
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

const start = async (body: object, token = event.owner, headers?: Record<string, string>) =>
  shop.tickets.call('POST', `/v1/events/${event.eventId}/refund-runs`, { token, body, ...(headers ? { headers } : {}) })
const list = async (token = event.owner) =>
  (await shop.tickets.call('GET', `/v1/events/${event.eventId}/refund-runs`, { token })).json().items
async function carryOut() {
  while ((await continueRefundRuns.run(shop.tickets.context)) > 0);
  while ((await finishRefunds.run(shop.tickets.context)) > 0);
}

describe('a mass refund', () => {
  it('says before what it then gives back, to the minor unit, and leaves out who has come in', async () => {
    event = await publishEvent(shop.tickets)
    const [type, other] = [await sell(shop.tickets, event), await sell(shop.tickets, event, { priceMinor: 1_001 })]
    const orders = [
      await bought(shop, 2, { event, type }),
      await bought(shop, 3, { event, type: other }),
      await bought(shop, 1, { event, type }),
    ]
    const held = await hold(shop.tickets, event.eventId, type)
    await refunds(shop, orders[0] ?? { id: '' }, { amountMinor: 1 }, event.owner)
    const body = { ticketId: orders[2]?.tickets[0]?.id }
    await shop.tickets.call('POST', `/v1/events/${event.eventId}/check-ins`, { token: event.owner, body })
    const seen = await start({ dryRun: true })
    expect([seen.statusCode, seen.json()]).toEqual([
      200,
      { dryRun: true, orders: 2, tickets: 5, amountMinor: 12_802, currency: 'EUR', checkedIn: 1 },
    ])
    expect(await list()).toEqual([])
    expect((await start({ expectedAmountMinor: 12_803 })).json()).toMatchObject({
      code: 'refund-run-changed',
      amountMinor: 12_802,
      tickets: 5,
    })

    const started = await start({ expectedAmountMinor: 12_802, note: 'moved to another city' })
    expect([started.statusCode, started.json().state]).toEqual([202, 'running'])
    expect((await start({})).json().code).toBe('refund-run-running')
    await carryOut()
    expect(await list()).toMatchObject([
      {
        id: started.json().id,
        state: 'done',
        planned: { amountMinor: 12_802, tickets: 5 },
        promised: { orders: 2, tickets: 5, amountMinor: 12_802 },
        refunds: { pending: 0, succeeded: 2, failed: 0 },
        note: 'moved to another city',
      },
    ])
    const states = await Promise.all([...orders, held].map(async (order) => (await shop.read(order)).state))
    expect(states).toEqual(['refunded', 'refunded', 'confirmed', 'held'])
  })

  it('of some types leaves the others, and by force takes also who has come in', async () => {
    event = await publishEvent(shop.tickets)
    const [type, other] = [await sell(shop.tickets, event), await sell(shop.tickets, event)]
    const lines = [
      { ticketTypeId: type, quantity: 2 },
      { ticketTypeId: other, quantity: 1 },
    ]
    const order = await bought(shop, 1, { event, type, more: { lines } })
    const mine = order.tickets.find((ticket) => ticket.ticketTypeId === type)
    const url = `/v1/events/${event.eventId}/check-ins`
    await shop.tickets.call('POST', url, { token: event.owner, body: { ticketId: mine?.id } })
    const wish = { ticketTypeIds: [type] }
    expect((await start({ ...wish, dryRun: true })).json()).toMatchObject({ tickets: 1, checkedIn: 1 })
    expect((await start({ ...wish, force: true, dryRun: true })).json()).toMatchObject({ tickets: 2, checkedIn: 0 })
    await start({ ...wish, force: true })
    await carryOut()
    expect(await shop.read(order)).toMatchObject({
      state: 'confirmed',
      refundedMinor: 9_800,
      lines: [{ voidQuantity: 2 }, { voidQuantity: 0 }],
    })
  })

  it('goes on page by page, and a round that dies has no effect', async () => {
    event = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, event, { priceMinor: 0, capacity: 500 })
    for (let done = 0; done < 210; done += 30) {
      await Promise.all(
        Array.from({ length: 30 }, async () => {
          const order = await hold(shop.tickets, event.eventId, type)
          await shop.call(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
        }),
      )
    }
    await start({})
    const { context } = shop.tickets
    expect(await continueRefundRuns.run(context)).toBe(100)
    const dies = { ...context, time: () => Promise.reject(new Error('died')) }
    await expect(continueRefundRuns.run(dies)).rejects.toThrow('died')
    expect((await list())[0]).toMatchObject({ state: 'running', promised: { orders: 100 } })
    await Promise.all([continueRefundRuns.run(context), continueRefundRuns.run(context)])
    await carryOut()
    expect((await list())[0]).toMatchObject({
      state: 'done',
      promised: { orders: 210, tickets: 210 },
      refunds: { succeeded: 210 },
    })
  })

  it('goes back for an order that was held when it began and paid for behind it', async () => {
    event = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, event, { priceMinor: 0 })
    const first = await hold(shop.tickets, event.eventId, type)
    const confirm = (order: typeof first) =>
      shop.call(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
    const second = await hold(shop.tickets, event.eventId, type)
    await confirm(second)
    await start({})
    const { context } = shop.tickets
    expect(await continueRefundRuns.run(context)).toBe(1)
    await confirm(first)
    expect(await continueRefundRuns.run(context)).toBe(1)
    expect(await continueRefundRuns.run(context)).toBe(1)
    await carryOut()
    expect((await list())[0]).toMatchObject({ state: 'done', promised: { orders: 2 } })
    const states = await Promise.all([first, second].map(async (order) => (await shop.read(order)).state))
    expect(states).toEqual(['refunded', 'refunded'])
  })

  it('is for who may refund, of events that are theirs, and knows the same key again', async () => {
    event = await publishEvent(shop.tickets)
    const stranger = await publishEvent(shop.tickets)
    expect((await start({ dryRun: true }, await event.member('support'))).statusCode).toBe(403)
    expect((await start({ dryRun: true }, stranger.owner)).statusCode).toBe(404)
    const url = `/v1/events/${event.eventId}/refund-runs`
    expect((await shop.tickets.call('POST', url, { body: {} })).statusCode).toBe(401)
    expect((await shop.tickets.call('GET', url, { token: stranger.owner })).statusCode).toBe(404)
    expect((await shop.tickets.call('GET', url, { token: await event.member('viewer') })).statusCode).toBe(200)
    for (const body of [{ ticketTypeIds: ['typ_1'] }, { expectedAmountMinor: -1 }, { all: true }]) {
      expect((await start(body)).statusCode).toBe(400)
    }
    const headers = { 'idempotency-key': randomUUID() }
    const first = await start({}, undefined, headers)
    await carryOut()
    expect((await start({}, undefined, headers)).json().id).toBe(first.json().id)
    expect(await list()).toHaveLength(1)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  shop.tickets.clock.advance(60)
  await carryOut()
  expect(await shop.violations()).toEqual([])
})
