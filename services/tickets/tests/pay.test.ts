import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../src/jobs/expire-holds.ts'
import { hold, publishEvent, sell } from './fixture.ts'
import { openShop, PAY, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterEach(() => shop.payments.control({ webhooks: 'ok', next: 'ok' }))
afterAll(() => shop?.stop())

const sessionsOf = async (order: { id: string }) => {
  const payments = await shop.tickets.context.db
    .selectFrom('payment')
    .select('provider_reference')
    .where('order_id', '=', toUuid('ord', order.id))
    .execute()
  const references = payments.map((payment) => payment.provider_reference)
  return (await shop.payments.journal()).sessions.filter((session) => references.includes(session.id))
}

/** The orders in the messages about failed payments of this one, each of which must be as its contract says. */
async function failuresOf(order: { id: string }): Promise<string[]> {
  const { rows } = await sql<{ data: { orderId: string } }>`
    select data from outbox where type = 'tickets.payment-failed.v1' and subject = ${order.id}
  `.execute(shop.tickets.context.db)
  const schema = new URL('../../../contracts/messages/tickets.payment-failed.v1.json', import.meta.url)
  const valid = formats.default(new Ajv2020({ strict: false })).compile(JSON.parse(await readFile(schema, 'utf8')))
  for (const { data } of rows) expect([valid(data), valid.errors]).toEqual([true, null])
  return rows.map(({ data }) => data.orderId)
}

describe('a payment', () => {
  it('made on the hosted page confirms the order by the webhook alone', async () => {
    const order = await shop.hold(2)
    expect(await shop.payments.act(await shop.payPage(order), 'pay')).toBe(303)
    const confirmed = await shop.becomes(order, 'confirmed')
    expect(confirmed).toMatchObject({
      number: '000001',
      payment: { provider: 'simulated', state: 'succeeded', amountMinor: 9_800, currency: 'EUR', redirectUrl: null },
    })
    expect(confirmed.tickets).toHaveLength(2)
    const rows = await shop.tickets.context.db.selectFrom('payment').select('return_url').execute()
    expect(rows.every((row) => row.return_url === null)).toBe(true)
  })

  it('confirms the order by the return page when the webhook is lost', async () => {
    await shop.payments.control({ webhooks: 'drop' })
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    expect((await shop.read(order)).state).toBe('held')
    expect((await shop.call(order, 'payment-check')).json()).toMatchObject({ state: 'confirmed' })
    expect((await shop.call(order, 'payment-check')).json()).toMatchObject({ state: 'confirmed' })
  })

  it('confirms the order by our own poll when the webhook is lost and the buyer never comes back', async () => {
    await shop.payments.control({ webhooks: 'drop' })
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    shop.tickets.clock.advance(30)
    await checkPendingPayments.run(shop.tickets.context)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('is recorded even if the webhook overtakes the provider’s own answer', async () => {
    await shop.payments.control({ webhooks: 'before-response' })
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('is judged by the provider’s own object, not by what a webhook says', async () => {
    await shop.payments.control({ webhooks: 'wrong-amount' })
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay')
    expect((await shop.becomes(order, 'confirmed')).totalMinor).toBe(4_900)
  })

  it('that was declined or given up leaves the places held, and a new attempt is a new payment', async () => {
    const order = await shop.hold()
    for (const act of ['decline', 'abandon'] as const) {
      await shop.payments.act(await shop.payPage(order), act)
      await eventually(async () => (await shop.call(order, 'payment-check')).json().payment.state === 'failed')
    }
    expect((await shop.read(order)).state).toBe('held')
    expect(await failuresOf(order)).toEqual([order.id, order.id])
    await shop.payments.act(await shop.payPage(order), 'pay')
    await shop.becomes(order, 'confirmed')
    expect((await sessionsOf(order)).map((session) => session.state).sort()).toEqual([
      'abandoned',
      'declined',
      'succeeded',
    ])
  })

  it('that the bank takes its time for is waited for past the deadline', async () => {
    await shop.payments.control({ webhooks: 'drop' })
    const order = await shop.hold()
    await shop.payments.act(await shop.payPage(order), 'pay-slowly')
    shop.tickets.clock.advance(601)
    await expireHolds.run(shop.tickets.context)
    await checkPendingPayments.run(shop.tickets.context)
    await eventually(async () => (await sessionsOf(order))[0]?.state === 'succeeded')
    shop.tickets.clock.advance(6)
    await checkPendingPayments.run(shop.tickets.context)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('not made by the deadline can no longer be made, and the places are free', async () => {
    const order = await shop.hold()
    const page = await shop.payPage(order)
    shop.tickets.clock.advance(601)
    await expireHolds.run(shop.tickets.context)
    expect((await shop.read(order)).state).toBe('held')
    await checkPendingPayments.run(shop.tickets.context)
    expect(await shop.read(order)).toMatchObject({ state: 'expired', payment: { state: 'failed' } })
    await shop.payments.act(page, 'pay')
    expect((await sessionsOf(order))[0]?.state).toBe('abandoned')
  })

  it('under way when the buyer cancels is taken away, unless it was made', async () => {
    const order = await shop.hold()
    const page = await shop.payPage(order)
    expect((await shop.call(order, 'cancellation')).json().state).toBe('cancelled')
    await shop.payments.act(page, 'pay')
    expect((await sessionsOf(order))[0]?.state).toBe('abandoned')
    await shop.payments.control({ webhooks: 'drop' })
    const paid = await shop.hold()
    await shop.payments.act(await shop.payPage(paid), 'pay')
    expect((await shop.call(paid, 'cancellation')).json()).toMatchObject({ code: 'order-not-held', state: 'confirmed' })
  })

  it('of another amount than asked confirms nothing, is flagged and goes back in full', async () => {
    const order = await shop.hold()
    const page = await shop.payPage(order)
    const { db } = shop.tickets.context
    await db
      .updateTable('payment')
      .set({ amount_minor: 4_901 })
      .where('order_id', '=', toUuid('ord', order.id))
      .execute()
    await shop.payments.act(page, 'pay')
    const payment = await eventually(async () =>
      db
        .selectFrom('payment')
        .selectAll()
        .where('order_id', '=', toUuid('ord', order.id))
        .where('state', '=', 'refunded')
        .executeTakeFirst()
        .then((row) => row ?? false),
    )
    expect(payment).toMatchObject({ problem: 'amount-mismatch', charged_minor: 4_900 })
    expect((await shop.read(order)).state).toBe('held')
    await shop.call(order, 'cancellation')
  })
})

describe('createPayment', () => {
  it('goes on with the pending payment, however often and with whatever key it is asked', async () => {
    const order = await shop.hold()
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.startPayment(order)))
    const made = answers.filter((answer) => answer.statusCode === 201)
    expect(made.length).toBeGreaterThan(0)
    expect(new Set(made.map((answer) => answer.json().id)).size).toBe(1)
    expect(await sessionsOf(order)).toHaveLength(1)
    const key = { 'idempotency-key': randomUUID() }
    const [once, again] = [await shop.startPayment(order, key), await shop.startPayment(order, key)]
    expect([again.statusCode, again.json()]).toEqual([201, once.json()])
    const other = await shop.call(order, 'payments', { ...PAY, returnUrl: 'http://localhost:4000/other' }, key)
    expect(other.statusCode).toBe(422)
    expect((await shop.startPayment(order, { 'idempotency-key': '' })).statusCode).toBe(400)
  })

  it('refuses other providers, fields, and addresses that are not ours', async () => {
    const order = await shop.hold()
    for (const body of [
      {},
      { ...PAY, provider: 'cash' },
      { ...PAY, amountMinor: 1 },
      { ...PAY, returnUrl: 'https://evil.example/' },
      { ...PAY, returnUrl: 'http://localhost:4000@evil.example/' },
      { ...PAY, returnUrl: 'javascript:alert(1)' },
      { ...PAY, returnUrl: '/fr' },
    ]) {
      expect((await shop.call(order, 'payments', body)).statusCode, JSON.stringify(body)).toBe(400)
    }
  })

  it('answers 503 while the provider is away, and goes on where it was', async () => {
    const order = await shop.hold()
    const key = { 'idempotency-key': randomUUID() }
    await shop.payments.kill()
    const away = await shop.startPayment(order, key)
    expect([away.statusCode, away.json().code]).toEqual([503, 'provider-unavailable'])
    await shop.payments.restart()
    const back = await shop.startPayment(order, key)
    expect(back.statusCode).toBe(201)
    await shop.payments.act(back.json().redirectUrl, 'pay')
    await shop.becomes(order, 'confirmed')
  })

  it('F28: makes one session and one charge, whichever answers of the provider are lost', async () => {
    for (const fault of ['500-after-charge', 'reset-after-charge', '429']) {
      const order = await shop.hold()
      const key = { 'idempotency-key': randomUUID() }
      await shop.payments.control({ next: fault, on: 'create' })
      expect((await shop.startPayment(order, key)).statusCode, fault).toBe(503)
      const again = await shop.startPayment(order, key)
      await shop.payments.control({ next: fault, on: 'pay' })
      await shop.payments.act(again.json().redirectUrl, 'pay').catch(() => undefined)
      await shop.payments.act(again.json().redirectUrl, 'pay')
      await shop.becomes(order, 'confirmed')
      expect(await sessionsOf(order)).toHaveLength(1)
    }
  })
})

describe('money that comes after the hold has expired', () => {
  /** The provider is away when the hold ends, so that nobody can take the chance to pay away. */
  async function expireWhileAway(quantity: number, eventId: string, type: string) {
    const order = await hold(shop.tickets, eventId, type, quantity)
    const page = await shop.payPage(order)
    await shop.payments.kill()
    shop.tickets.clock.advance(601)
    await checkPendingPayments.run(shop.tickets.context)
    expect((await shop.read(order)).state).toBe('held')
    shop.tickets.clock.advance(46)
    await checkPendingPayments.run(shop.tickets.context)
    expect((await shop.read(order)).state).toBe('expired')
    await shop.payments.restart()
    return { order, page }
  }

  it('buys the places if they are still free', async () => {
    const { order, page } = await expireWhileAway(2, shop.event.eventId, shop.typeId)
    await shop.payments.act(page, 'pay')
    expect((await shop.becomes(order, 'confirmed')).tickets).toHaveLength(2)
  })

  it('goes back in full if they are gone, and the buyer is told', async () => {
    const own = await publishEvent(shop.tickets)
    const type = await sell(shop.tickets, own, { capacity: 2 })
    const { order, page } = await expireWhileAway(2, own.eventId, type)
    const other = await hold(shop.tickets, own.eventId, type)
    await shop.payments.act(page, 'pay')
    await eventually(async () => (await shop.read(order)).payment.state === 'refunded')
    expect(await shop.read(order)).toMatchObject({ state: 'expired', tickets: [], number: null })
    const told = await shop.tickets.outbox(order.id)
    expect(told).toMatchObject([{ data: { orderId: order.id, reason: 'late-payment' } }])
    expect((await shop.read(other)).state).toBe('held')
  })

  it('goes back in full if the buyer had cancelled: that is an end', async () => {
    const order = await shop.hold()
    const page = await shop.payPage(order)
    await shop.payments.kill()
    expect((await shop.call(order, 'cancellation')).json().state).toBe('cancelled')
    await shop.payments.restart()
    await shop.payments.act(page, 'pay')
    await eventually(async () => (await shop.read(order)).payment.state === 'refunded')
    expect((await shop.read(order)).state).toBe('cancelled')
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  while ((await expireHolds.run(shop.tickets.context)) + (await checkPendingPayments.run(shop.tickets.context)) > 0);
  expect(await shop.violations()).toEqual([])
})
