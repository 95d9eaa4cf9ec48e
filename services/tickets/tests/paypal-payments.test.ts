import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../src/jobs/check-pending-payments.ts'
import { hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { startPayPal, WEBHOOK_ID } from './providers/paypal-fake.ts'

let paypal: Awaited<ReturnType<typeof startPayPal>>
let tickets: Tickets
beforeAll(async () => {
  paypal = await startPayPal()
  tickets = await startTickets({ overrides: { baseUrls: { paypal: paypal.url } } })
})
afterAll(async () => {
  await tickets?.stop()
  await paypal?.stop()
})

/** An organizer with a PayPal account, one event on sale, and an order whose buyer was sent to PayPal. */
async function sentToPayPal() {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event)
  const body = {
    provider: 'paypal',
    mode: 'test',
    settings: { clientId: 'client-loopback', webhookId: WEBHOOK_ID },
    secrets: { clientSecret: 'secret-loopback' },
    enabled: true,
  }
  const path = `/v1/organizers/${event.organizerId}/payment-accounts`
  const account = (await tickets.call('POST', path, { token: event.owner, body })).json()
  const order = await hold(tickets, event.eventId, typeId)
  const started = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
    secret: order.secret,
    body: { provider: 'paypal', returnUrl: 'http://localhost:4000/fr/orders/x?key=y' },
  })
  const payment = started.json()
  const reference = URL.parse(payment.redirectUrl)?.searchParams.get('token')
  if (!reference) throw new Error(started.body)
  return {
    event,
    order,
    payment,
    reference,
    charges: () => paypal.journal().charges.filter(({ paymentId }) => paymentId === payment.id),
    read: async () => (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json(),
    comeBack: () => tickets.call('POST', `/v1/orders/${order.id}/payment-check`, { secret: order.secret, body: {} }),
    post: (received: { headers: Record<string, string>; body: Buffer }) =>
      tickets.app.inject({
        method: 'POST',
        url: `/v1/payment-webhooks/paypal/${account.id}`,
        headers: { 'content-type': 'application/json', ...received.headers },
        payload: received.body,
      }),
  }
}

describe('an approval at PayPal', () => {
  it('is turned into money and tickets by the return page, the webhooks and our poll at once, all once', async () => {
    const sale = await sentToPayPal()
    paypal.approve(sale.reference)
    const approved = paypal.event('CHECKOUT.ORDER.APPROVED', paypal.orders.get(sale.reference))
    tickets.clock.advance(11)
    const poll = checkPendingPayments.run(tickets.context)
    const back = await Promise.all([
      sale.comeBack(),
      ...Array.from({ length: 5 }, () => sale.post(approved)),
      sale.comeBack(),
    ])
    await poll
    expect(back.map((answer) => answer.statusCode)).toEqual([200, 204, 204, 204, 204, 204, 200])
    const order = await sale.read()
    expect(order).toMatchObject({
      state: 'confirmed',
      payment: { state: 'succeeded', provider: 'paypal', mode: 'test' },
    })
    expect(order.tickets).toHaveLength(1)
    expect(sale.charges()).toEqual([{ paymentId: sale.payment.id, amountMinor: 4_900, currency: 'EUR' }])
    const types = (await tickets.outbox(sale.order.id)).map((message) => message.type)
    expect(types).toEqual(['tickets.order-confirmed.v1'])
  })

  it('is found by our poll when nobody comes back and all webhooks are lost', async () => {
    const sale = await sentToPayPal()
    paypal.approve(sale.reference)
    tickets.clock.advance(11)
    await checkPendingPayments.run(tickets.context)
    expect((await sale.read()).state).toBe('confirmed')
  })

  it('that comes after the hold was ended takes no money at all', async () => {
    const sale = await sentToPayPal()
    tickets.clock.advance(601)
    await checkPendingPayments.run(tickets.context)
    expect((await sale.read()).state).toBe('expired')
    paypal.approve(sale.reference)
    const late = paypal.event('CHECKOUT.ORDER.APPROVED', paypal.orders.get(sale.reference))
    expect((await sale.post(late)).statusCode).toBe(204)
    expect(await sale.read()).toMatchObject({ state: 'expired' })
    expect(sale.charges()).toEqual([])
  })

  it('that is declined leaves the buyer the way back to PayPal', async () => {
    const sale = await sentToPayPal()
    paypal.approve(sale.reference, 'INSTRUMENT_DECLINED')
    await sale.comeBack()
    const again = await tickets.call('POST', `/v1/orders/${sale.order.id}/payments`, {
      secret: sale.order.secret,
      body: { provider: 'paypal', returnUrl: 'http://localhost:4000/fr/orders/x?key=y' },
    })
    expect(again.json().redirectUrl).toBe(sale.payment.redirectUrl)
    paypal.approve(sale.reference)
    await sale.comeBack()
    expect((await sale.read()).state).toBe('confirmed')
  })

  it('goes back in full by the capture that took it', async () => {
    const sale = await sentToPayPal()
    paypal.approve(sale.reference)
    await sale.comeBack()
    const refunded = await tickets.call('POST', `/v1/orders/${sale.order.id}/refunds`, { token: sale.event.owner })
    expect(refunded.statusCode, refunded.body).toBeLessThan(300)
    expect((await sale.read()).state).toBe('refunded')
    expect(paypal.journal().refunds.at(-1)).toMatchObject({ amountMinor: 4_900 })
  })
})

it('S-47: a webhook for another’s PayPal webhook id, or none of PayPal’s, changes nothing', async () => {
  const sale = await sentToPayPal()
  paypal.approve(sale.reference)
  const order = paypal.orders.get(sale.reference)
  const genuine = paypal.event('CHECKOUT.ORDER.APPROVED', order)
  for (const forged of [
    paypal.event('CHECKOUT.ORDER.APPROVED', order, { webhookId: '0EH40505U7160970P' }),
    paypal.event('CHECKOUT.ORDER.APPROVED', order, { certificate: 'https://evil.example/cert' }),
    { headers: {}, body: genuine.body },
  ]) {
    expect((await sale.post(forged)).statusCode).toBe(401)
  }
  expect((await sale.read()).state).toBe('held')
  expect((await sale.post(genuine)).statusCode).toBe(204)
  expect((await sale.read()).state).toBe('confirmed')
})
