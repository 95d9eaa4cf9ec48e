import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, publishEvent, SECRETS, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets({ config: { environment: 'production', simulatedUrl: undefined } })
})
afterAll(() => tickets?.stop())

describe('S-48: a platform without simulated money', () => {
  it('offers none, takes none, and has no address for its webhooks', async () => {
    const event = await publishEvent(tickets)
    const order = await hold(tickets, event.eventId, await sell(tickets, event))
    const offered = await tickets.call('GET', `/v1/events/${event.eventId}/payment-providers`)
    expect(offered.json().items).toEqual([])
    for (const query of ['', '?simulate=success']) {
      const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments${query}`, {
        secret: order.secret,
        body: { provider: 'simulated', returnUrl: 'http://localhost:4000/' },
      })
      expect([400, 409], answer.body).toContain(answer.statusCode)
    }
    const body = JSON.stringify({ type: 'payment.succeeded', data: { reference: 'pay_00000000000000000000000000' } })
    const at = new Date()
    const webhook = await tickets.app.inject({
      method: 'POST',
      url: '/v1/payment-webhooks/simulated',
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(SECRETS.simulatedWebhookSecret).sign('msg_1', at, body),
      },
      payload: body,
    })
    expect(webhook.statusCode).toBe(404)
    expect((await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()).toMatchObject({
      state: 'held',
      payment: null,
    })
  })

  it('still gives what is free', async () => {
    const event = await publishEvent(tickets)
    const order = await hold(tickets, event.eventId, await sell(tickets, event, { priceMinor: 0 }))
    const answer = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
      secret: order.secret,
      body: { provider: 'free', returnUrl: 'http://localhost:4000/' },
    })
    expect(answer.json()).toMatchObject({ state: 'succeeded', mode: null })
  })
})
