import { randomUUID } from 'node:crypto'
import { toId, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import type { PaymentProvider } from '../../src/payments/provider.ts'
import { SECRETS } from '../fixture.ts'
import { limitFor, racesOf } from '../runs.ts'
import { type Order, openShop, type Shop } from '../shop.ts'

const AT_ONCE = 10
const PURCHASES = Math.ceil(racesOf(40) / AT_ONCE) * AT_ONCE
/** What becomes of calls that move money, and of the answers to them. A timeout takes its five seconds: one in ten. */
const FAULTS = [
  '500-after-charge',
  'reset-after-charge',
  '429',
  'timeout-after-charge',
  ...Array.from({ length: 2 }, () => ['500-after-charge', 'reset-after-charge', '429']).flat(),
]

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ capacity: 100_000 })
})
afterEach(() => shop.payments.control({ webhooks: 'ok', next: 'ok' }))
afterAll(() => shop?.stop())

async function runJobs(rounds: number): Promise<void> {
  const { context, clock } = shop.tickets
  for (let round = 0; round < rounds; round++) {
    for (const job of [expireHolds, checkPendingPayments, finishRefunds]) await job.run(context)
    clock.advance(16)
  }
}

/** Asks again and again, with the same key, until there is an answer. */
async function pageOf(order: Order): Promise<string> {
  const key = { 'idempotency-key': order.id }
  return eventually(async () => {
    const answer = await shop.startPayment(order, key)
    return answer.statusCode === 201 ? (answer.json().redirectUrl as string) : false
  })
}

/** The buyer clicks until the page says that it is done. */
async function pay(page: string): Promise<void> {
  await eventually(async () => (await shop.payments.act(page, 'pay').catch(() => 0)) === 303)
}

describe('F28: a provider whose answers are lost after the charge', () => {
  it(
    `charges each of ${PURCHASES} orders once, and gives each of every third back once`,
    limitFor(PURCHASES),
    async () => {
      await shop.payments.control({ webhooks: 'drop' })
      const all: Order[] = []
      for (let done = 0; done < PURCHASES; done += AT_ONCE) {
        const fault = FAULTS[(done / AT_ONCE) % FAULTS.length]
        const orders = await Promise.all(Array.from({ length: AT_ONCE }, () => shop.hold()))
        await shop.payments.control({ next: fault, on: 'create', count: AT_ONCE })
        const pages = await Promise.all(orders.map(pageOf))
        // A browser would wait for its page for longer than this test.
        const onPage = fault === 'timeout-after-charge' ? 'reset-after-charge' : fault
        await shop.payments.control({ next: onPage, on: 'pay', count: AT_ONCE })
        await Promise.all(pages.map(pay))
        await shop.payments.control({ next: 'ok' })
        await Promise.all(orders.map((order) => shop.call(order, 'payment-check')))
        const back = orders.filter((_order, index) => index % 3 === 0)
        await shop.payments.control({ next: fault, on: 'refund', count: back.length })
        await Promise.all(back.map((order) => shop.refund(order)))
        await shop.payments.control({ next: 'ok' })
        await runJobs(3)
        all.push(...orders)
      }
      await runJobs(40)
      const journal = await shop.payments.journal()
      expect(journal.charges).toHaveLength(all.length)
      expect(new Set(journal.charges.map((charge) => charge.reference)).size).toBe(all.length)
      const states = await shop.tickets.context.db.selectFrom('orders').select('state').execute()
      const refunded = states.filter(({ state }) => state === 'refunded').length
      expect(journal.refunds).toHaveLength(refunded)
      expect(states.every(({ state }) => state === 'confirmed' || state === 'refunded')).toBe(true)
      expect(await shop.violations()).toEqual([])
      console.log(
        `F28: ${all.length} purchases, ${journal.charges.length} charges, ${journal.refunds.length} of ${refunded} given back`,
      )
    },
  )
})

describe('F27: news of a payment', () => {
  const signer = new Webhook(SECRETS.simulatedWebhookSecret)
  function tell(paymentId: string) {
    const id = `msg_${randomUUID()}`
    const body = JSON.stringify({ type: 'payment.succeeded', data: { reference: paymentId } })
    const at = new Date()
    return shop.tickets.app.inject({
      method: 'POST',
      url: '/v1/payment-webhooks/simulated',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signer.sign(id, at, body),
      },
      payload: body,
    })
  }

  async function paid(): Promise<{ order: Order; paymentId: string }> {
    await shop.payments.control({ webhooks: 'drop' })
    const order = await shop.hold()
    const { id, redirectUrl } = (await shop.startPayment(order)).json()
    await shop.payments.act(redirectUrl, 'pay')
    return { order, paymentId: id }
  }

  it.each(['duplicate', 'delay', 'before-response', 'wrong-amount', 'wrong-currency'])(
    'that is sent "%s" confirms once, for what the provider itself says',
    async (webhooks) => {
      await shop.payments.control({ webhooks, copies: 10, delaySeconds: 1 })
      const order = await shop.hold()
      await shop.payments.act(await shop.payPage(order), 'pay')
      await shop.becomes(order, 'confirmed')
      expect(
        (await shop.tickets.outbox(order.id)).filter(({ type }) => type === 'tickets.order-confirmed.v1'),
      ).toHaveLength(1)
    },
  )

  it('by webhook ten times at once, by the return page and by our poll, confirms once', async () => {
    const { order, paymentId } = await paid()
    shop.tickets.clock.advance(20)
    await Promise.all([
      ...Array.from({ length: 10 }, () => tell(paymentId)),
      ...Array.from({ length: 5 }, () => shop.call(order, 'payment-check')),
      ...Array.from({ length: 5 }, () => checkPendingPayments.run(shop.tickets.context)),
    ])
    expect(await shop.read(order)).toMatchObject({ state: 'confirmed', tickets: [{ state: 'valid' }] })
    expect((await shop.tickets.outbox(order.id)).map(({ type }) => type)).toEqual(['tickets.order-confirmed.v1'])
  })

  it('three days late, after the refund and after the money of a cancelled order went back, changes nothing', async () => {
    const { order, paymentId } = await paid()
    await shop.call(order, 'payment-check')
    await shop.refund(order)
    const before = await shop.read(order)
    const cancelled = await paid()
    await shop.payments.kill()
    await shop.call(cancelled.order, 'cancellation')
    await shop.payments.restart()
    await shop.payments.control({ webhooks: 'drop' })
    await runJobs(3)
    shop.tickets.clock.advance(3 * 86_400)
    await Promise.all([paymentId, cancelled.paymentId].flatMap((id) => [tell(id), tell(id)]))
    await runJobs(2)
    expect(await shop.read(order)).toEqual(before)
    expect(await shop.read(cancelled.order)).toMatchObject({ state: 'cancelled', payment: { state: 'refunded' } })
    const own = (await shop.payments.journal()).refunds.filter((one) => one.reference === cancelled.paymentId)
    expect(own).toHaveLength(1)
    expect(await shop.violations()).toEqual([])
  })
})

describe('F29: a charge of another amount or currency than the order’s', () => {
  it.each([
    ['amount', { amount_minor: 4_901 }],
    ['currency', { currency: 'USD' }],
  ])('(%s) confirms nothing, is flagged, goes back in full as it came, and the buyer is told', async (_what, asked) => {
    const order = await shop.hold()
    const page = await shop.payPage(order)
    const { db } = shop.tickets.context
    const own = db.updateTable('payment').where('order_id', '=', toUuid('ord', order.id))
    await own.set(asked).execute()
    await shop.payments.act(page, 'pay')
    await eventually(async () => (await shop.read(order)).payment.state === 'refunded')
    const { id, problem, charged_minor, charged_currency } = await db
      .selectFrom('payment')
      .select(['id', 'problem', 'charged_minor', 'charged_currency'])
      .where('order_id', '=', toUuid('ord', order.id))
      .executeTakeFirstOrThrow()
    expect([problem, charged_minor, charged_currency]).toEqual(['amount-mismatch', 4_900, 'EUR'])
    expect(await shop.read(order)).toMatchObject({ state: 'held', tickets: [] })
    expect(await shop.tickets.outbox(order.id)).toMatchObject([
      { type: 'tickets.payment-refunded.v1', data: { paymentId: toId('pay', id), reason: 'amount-mismatch' } },
    ])
    await shop.call(order, 'cancellation')
    expect(await shop.violations()).toEqual([])
  })
})

describe('the controls: without its protection, the checker must find', () => {
  async function shopWith(provider: (real: PaymentProvider) => PaymentProvider): Promise<Shop> {
    const control = await openShop({ overrides: { provider } })
    await control.payments.control({ webhooks: 'drop' })
    return control
  }

  it('I3: a charge that bought nothing, when a hold ends without the provider being asked', async () => {
    // A provider of which we believe that it knows nothing, so that we give up what was paid.
    const control = await shopWith((real) => ({ ...real, find: async () => undefined }))
    const order = await control.hold()
    const { redirectUrl } = (await control.startPayment(order)).json()
    await control.payments.act(redirectUrl, 'pay')
    control.tickets.clock.advance(700)
    await checkPendingPayments.run(control.tickets.context)
    expect((await control.read(order)).state).toBe('expired')
    const violations = (await control.violations()).join('\n')
    await control.stop()
    expect(violations).toMatch(/I3 charge pay_\w+ bought nothing, and 0 of 4900 went back/)
  })

  it('I4: an order charged twice, when each attempt is another key to the provider', async () => {
    let attempt = 0
    const pages: string[] = []
    const control: Shop = await shopWith((real) => ({
      ...real,
      // Each call has an effect of its own, as without an idempotency key; the answer to the first is lost.
      open: async (terms) => {
        attempt += 1
        const { paymentId: reference, amountMinor, currency, returnUrl, description } = terms
        const answer = await fetch(`${control.payments.url}/v1/payment-sessions`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${SECRETS.simulatedApiKey}`,
            'content-type': 'application/json',
            'idempotency-key': `${reference}-${attempt}`,
          },
          body: JSON.stringify({ reference, amountMinor, currency, returnUrl, description, webhookUrl: returnUrl }),
        })
        const session = (await answer.json()) as { id: string; url: string }
        pages.push(session.url)
        if (attempt === 1) throw new Error('the answer is lost')
        return { reference: session.id, redirectUrl: session.url }
      },
    }))
    const order = await control.hold()
    await control.startPayment(order)
    await control.startPayment(order)
    for (const page of pages) await control.payments.act(page, 'pay')
    await control.call(order, 'payment-check')
    expect((await control.read(order)).state).toBe('confirmed')
    const violations = (await control.violations()).join('\n')
    await control.stop()
    expect(violations).toMatch(/I4 order [\w-]+ was charged 2 times/)
  })

  it('I4: a refund sent twice, when each attempt is another key to the provider', async () => {
    let attempt = 0
    const control = await shopWith((real) => ({
      ...real,
      findRefund: async () => undefined,
      refund: async (terms) => {
        attempt += 1
        const sent = await real.refund({ ...terms, refundId: `${terms.refundId}-${attempt}` })
        if (attempt === 1) throw new Error('the answer is lost')
        return sent
      },
    }))
    const order = await control.hold(2)
    const { redirectUrl } = (await control.startPayment(order)).json()
    await control.payments.act(redirectUrl, 'pay')
    await control.call(order, 'payment-check')
    const body = { lines: [{ lineNumber: 1, quantity: 1 }] }
    await control.tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: control.event.owner, body })
    for (let round = 0; round < 4; round++) {
      await finishRefunds.run(control.tickets.context)
      control.tickets.clock.advance(30)
    }
    const { refunds } = await control.payments.journal()
    const violations = (await control.violations()).join('\n')
    await control.stop()
    expect(refunds).toHaveLength(2)
    expect(violations).toMatch(/I4 order [\w-]+: the provider gave 9800 back, and 4900 was promised/)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  await runJobs(4)
  expect(await shop.violations()).toEqual([])
})
