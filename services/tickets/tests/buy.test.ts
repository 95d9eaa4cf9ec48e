import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BUYER, hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'
import { type Payments, startPayments } from './payments-process.ts'

let payments: Payments
let tickets: Tickets

beforeAll(async () => {
  payments = await startPayments()
  tickets = await startTickets({ config: { simulatedUrl: payments.url }, listen: true })
})
afterAll(async () => {
  await tickets?.stop()
  await payments?.stop()
})

it('sells tickets for money: held, paid on the hosted page, confirmed by the webhook alone', async () => {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event)
  const order = await hold(tickets, event.eventId, typeId, 2)
  expect(order).toMatchObject({
    state: 'held',
    number: null,
    totalMinor: 9_800,
    currency: 'EUR',
    buyer: BUYER,
    tickets: [],
  })
  const paying = await tickets.call('POST', `/v1/orders/${order.id}/payments`, {
    secret: order.secret,
    body: { provider: 'simulated', returnUrl: 'http://localhost:4000/fr/orders/x' },
  })
  expect(paying.statusCode, paying.body).toBe(201)
  expect(await payments.act(paying.json().redirectUrl, 'pay')).toBe(303)
  const confirmed = await eventually(async () => {
    const found = await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })
    return found.json().state === 'confirmed' ? found.json() : false
  })
  expect(confirmed).toMatchObject({ number: '000001', payment: { state: 'succeeded' } })
  expect(confirmed.tickets).toHaveLength(2)
})
