import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { startStripe } from './providers/stripe-fake.ts'

const KEY = 'sk_test_loopback'
const SECRET = 'whsec_loopback'

let stripe: Awaited<ReturnType<typeof startStripe>>
let tickets: Tickets
beforeAll(async () => {
  stripe = await startStripe({ key: KEY })
  tickets = await startTickets({ overrides: { baseUrls: { stripe: stripe.url } } })
})
afterAll(async () => {
  await tickets?.stop()
  await stripe?.stop()
})

/** An organizer with a Stripe account, and one event of it on sale. */
async function openShop({ webhookSecret = SECRET, secretKey = KEY } = {}) {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event)
  const body = {
    provider: 'stripe',
    mode: 'test',
    secrets: { secretKey, webhookSecrets: [webhookSecret] },
    enabled: true,
  }
  const path = `/v1/organizers/${event.organizerId}/payment-accounts`
  const account = (await tickets.call('POST', path, { token: event.owner, body })).json()
  const read = async (order: { id: string; secret: string }) =>
    (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()
  return {
    event,
    account,
    read,
    /** A payment that was made at Stripe, of which we have not heard. */
    async paid() {
      const order = await hold(tickets, event.eventId, typeId)
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
        secret: order.secret,
        body: { provider: 'stripe', returnUrl: 'http://localhost:4000/fr/orders/x?key=y' },
      })
      const payment = answer.json()
      const session = [...stripe.sessions.values()].find((one) => one.client_reference_id === payment.id)
      if (!session) throw new Error(answer.body)
      stripe.pay(session.id)
      return { order, payment, session }
    },
    post: (received: { headers: Record<string, string>; body: Buffer }, at = `stripe/${account.id}`) =>
      tickets.app.inject({
        method: 'POST',
        url: `/v1/payment-webhooks/${at}`,
        headers: { 'content-type': 'application/json; charset=utf-8', ...received.headers },
        payload: received.body,
      }),
  }
}

const seen = async () =>
  (await tickets.context.db.selectFrom('payment_event').select(['account_id', 'webhook_id']).execute()).length

describe('a payment with an organizer’s own account', () => {
  it('is made on the provider’s page, marked as a test, and confirmed by the webhook, once', async () => {
    const shop = await openShop()
    const { order, payment, session } = await shop.paid()
    expect(payment).toMatchObject({
      provider: 'stripe',
      mode: 'test',
      state: 'pending',
      redirectUrl: `https://checkout.stripe.com/c/pay/${session.id}`,
      instructions: null,
    })
    const event = stripe.event('checkout.session.completed', session)
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.post(event)))
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(10).fill(204))
    const confirmed = await shop.read(order)
    expect(confirmed).toMatchObject({ state: 'confirmed', payment: { state: 'succeeded', mode: 'test' } })
    expect(confirmed.tickets).toHaveLength(1)
    expect((await tickets.outbox(order.id)).map((message) => message.type)).toEqual(['tickets.order-confirmed.v1'])
  })

  it('is found by our own poll when all webhooks are lost', async () => {
    const shop = await openShop()
    const { order } = await shop.paid()
    tickets.clock.advance(11)
    await checkPendingPayments.run(tickets.context)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('goes back through the account that took it, also after that was switched off', async () => {
    const shop = await openShop()
    const { order, session } = await shop.paid()
    await shop.post(stripe.event('checkout.session.completed', session))
    const off = { token: shop.event.owner, body: { enabled: false }, headers: { 'if-match': '*' } }
    expect((await tickets.call('PATCH', `/v1/payment-accounts/${shop.account.id}`, off)).statusCode).toBe(200)
    const gone = await tickets.call('DELETE', `/v1/payment-accounts/${shop.account.id}`, { token: shop.event.owner })
    expect(gone.json().code).toBe('payment-account-has-payments')
    const refunded = await tickets.call('POST', `/v1/orders/${order.id}/refunds`, { token: shop.event.owner })
    expect(refunded.statusCode, refunded.body).toBeLessThan(300)
    expect((await shop.read(order)).state).toBe('refunded')
    expect(stripe.journal().refunds.at(0)).toMatchObject({ amountMinor: 4_900 })
  })

  it('that the buyer disputes is recorded, from what the provider says when asked', async () => {
    const shop = await openShop()
    const { order, session } = await shop.paid()
    await shop.post(stripe.event('checkout.session.completed', session))
    const intent = stripe.intents.get(stripe.sessions.get(session.id)?.payment_intent ?? '')
    const dispute = {
      id: 'dp_1Loopback',
      object: 'dispute',
      amount: 4_900,
      currency: 'eur',
      livemode: false,
      reason: 'fraudulent',
      status: 'needs_response',
      charge: intent?.latest_charge,
      payment_intent: intent,
      evidence_details: { due_by: 1_800_000_000 },
      metadata: {},
    }
    stripe.disputes.set(dispute.id, dispute)
    const event = stripe.event('charge.dispute.created', { ...dispute, amount: 1, status: 'lost' })
    for (const _ of [1, 2]) expect((await shop.post(event)).statusCode).toBe(204)
    const rows = await tickets.context.db
      .selectFrom('dispute')
      .select(['provider_reference', 'state', 'amount_minor'])
      .execute()
    expect(rows).toEqual([{ provider_reference: 'dp_1Loopback', state: 'open', amount_minor: 4_900 }])
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('has a test button that shows what the provider says', async () => {
    const press = async (shop: Awaited<ReturnType<typeof openShop>>) =>
      tickets.call('POST', `/v1/payment-accounts/${shop.account.id}/check`, { token: shop.event.owner })
    expect((await press(await openShop())).json()).toMatchObject({ ok: true, problem: null })
    const wrong = await openShop({ secretKey: 'sk_test_of_nobody_at_all' })
    const pressed = await press(wrong)
    expect(pressed.json()).toMatchObject({
      ok: false,
      problem: { kind: 'misconfigured', words: expect.stringContaining('Invalid API Key provided') },
    })
    expect(pressed.body).not.toContain('sk_test_of_nobody_at_all')
    const read = await tickets.call('GET', `/v1/payment-accounts/${wrong.account.id}`, { token: wrong.event.owner })
    expect(read.json().lastProblem).toEqual(pressed.json().problem)
    const order = await hold(tickets, wrong.event.eventId, await sell(tickets, wrong.event))
    const refused = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
      secret: order.secret,
      body: { provider: 'stripe', returnUrl: 'http://localhost:4000/' },
    })
    expect([refused.statusCode, refused.json().code]).toEqual([503, 'provider-misconfigured'])
    expect(refused.body).not.toContain('API Key')
  })

  it('is made only in a way that the organizer offers', async () => {
    const shop = await openShop()
    const order = await hold(tickets, shop.event.eventId, await sell(tickets, shop.event))
    for (const [provider, status] of [
      ['paypal', 409],
      ['simulated', 409],
      ['bank-transfer', 409],
      ['bitcoin', 400],
    ] as const) {
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
        secret: order.secret,
        body: { provider, returnUrl: 'http://localhost:4000/' },
      })
      expect(answer.statusCode, provider).toBe(status)
      if (status === 409) expect(answer.json()).toMatchObject({ code: 'provider-not-offered', offered: ['stripe'] })
    }
  })
})

describe('S-47: a webhook to an account', () => {
  it('that is forged, old, of another mode or endpoint changes nothing and is not even stored', async () => {
    const [shop, other] = [await openShop(), await openShop({ webhookSecret: 'whsec_of_the_other' })]
    const { order, session } = await shop.paid()
    const before = await seen()
    const now = Math.floor(Date.now() / 1_000)
    const type = 'checkout.session.completed'
    const genuine = stripe.event(type, session)
    for (const [name, received, at] of [
      ['no signature', { headers: {}, body: genuine.body }],
      ['another secret', stripe.event(type, session, { secrets: ['whsec_of_the_other'] })],
      ['written anew', { ...genuine, body: Buffer.from(genuine.body.toString().replace('{"id"', '{ "id"')) }],
      ['301 s old', stripe.event(type, session, { at: now - 301 })],
      ['from the future', stripe.event(type, session, { at: now + 360 })],
      ['of live mode', stripe.event(type, session, { livemode: true })],
      ['genuine, at another endpoint', genuine, `stripe/${other.account.id}`],
    ] as const) {
      const answer = await shop.post(received, at)
      expect([answer.statusCode, answer.json().code], name).toEqual([401, 'webhook-refused'])
    }
    expect((await shop.post({ ...genuine, body: Buffer.alloc(5_000_000, 'x') })).statusCode).toBe(413)
    for (const at of [`paypal/${shop.account.id}`, 'stripe/pac_00000000000000000000000000', 'stripe/x', 'cash/x']) {
      expect((await shop.post(genuine, at)).statusCode, at).toBe(404)
    }
    expect(await seen()).toBe(before)
    expect((await shop.read(order)).state).toBe('held')

    // Signed with the secret of an account of one's own, about a payment that is another's.
    const foreign = stripe.event(type, session, { secrets: ['whsec_of_the_other'] })
    expect((await other.post(foreign)).statusCode).toBe(204)
    expect(await seen()).toBe(before)
    expect((await shop.read(order)).state).toBe('held')
    expect((await shop.post(genuine)).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('confirmed')
  })

  it('that is true, but claims what did not happen, confirms nothing', async () => {
    const shop = await openShop()
    const { order, session } = await shop.paid()
    Object.assign(session, { payment_status: 'unpaid', status: 'open' })
    const claimed = stripe.event('checkout.session.completed', { ...session, payment_status: 'paid' })
    expect((await shop.post(claimed)).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('held')
  })

  it('may be signed with either secret while one replaces the other', async () => {
    const shop = await openShop()
    const { order, session } = await shop.paid()
    const change = (webhookSecrets: string[]) =>
      tickets.call('PATCH', `/v1/payment-accounts/${shop.account.id}`, {
        token: shop.event.owner,
        body: { secrets: { webhookSecrets } },
        headers: { 'if-match': '*' },
      })
    const old = stripe.event('checkout.session.completed', session)
    await change(['whsec_the_next', SECRET])
    expect((await shop.post(old)).statusCode).toBe(204)
    expect((await shop.read(order)).state).toBe('confirmed')
    await change(['whsec_the_next'])
    expect((await shop.post(old)).statusCode).toBe(401)
    const anew = stripe.event('checkout.session.completed', session, { secrets: ['whsec_the_next'] })
    expect((await shop.post(anew)).statusCode).toBe(204)
  })

  it('that comes a thousand times a second is turned away, and others are not', async () => {
    const [shop, other] = [await openShop(), await openShop()]
    const { order, session } = await other.paid()
    const forged = stripe.event('checkout.session.completed', session, { secrets: ['whsec_guessed'] })
    const answers: Awaited<ReturnType<typeof shop.post>>[] = []
    // A hundred at once: of a thousand the last would wait too long for a connection on a slow machine, and be told so.
    for (let round = 0; round < 10; round++) {
      answers.push(...(await Promise.all(Array.from({ length: 100 }, () => shop.post(forged)))))
    }
    const counts = Map.groupBy(answers, (answer) => answer.statusCode)
    expect([...counts.keys()].sort()).toEqual([401, 429])
    expect(counts.get(401)?.length).toBe(300)
    expect(answers.at(-1)?.headers['retry-after']).toMatch(/^\d+$/)
    expect((await other.post(stripe.event('checkout.session.completed', session))).statusCode).toBe(204)
    expect((await other.read(order)).state).toBe('confirmed')
  })
})
