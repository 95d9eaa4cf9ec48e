import { afterAll, beforeAll, expect, it } from 'vitest'
import { hold, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
beforeAll(async () => {
  tickets = await startTickets()
})
afterAll(() => tickets?.stop())

async function openSale() {
  const event = await publishEvent(tickets)
  const typeId = await sell(tickets, event)
  const body = { code: 'RIGHT', discountPercent: 10 }
  await tickets.call('POST', `/v1/events/${event.eventId}/promo-codes`, { token: event.owner, body })
  const ask = (code: string, sender: string) =>
    tickets.call('GET', `/v1/events/${event.eventId}/ticket-types?promoCode=${code}`, {
      headers: { 'x-forwarded-for': sender },
    })
  return { event, typeId, ask }
}

it('S-43: lets nobody try codes out: after twenty wrong ones in a minute the right one is refused too', async () => {
  const { event, typeId, ask } = await openSale()
  for (let guess = 0; guess < 20; guess++) expect((await ask(`WRONG${guess}`, '192.0.2.1')).statusCode).toBe(200)
  const refused = await ask('RIGHT', '192.0.2.1')
  expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate-limited'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  const order = await tickets.call('POST', '/v1/orders', {
    headers: { 'x-forwarded-for': '192.0.2.1' },
    body: { eventId: event.eventId, lines: [{ ticketTypeId: typeId, quantity: 1 }], promoCode: 'RIGHT' },
  })
  expect(order.statusCode).toBe(429)
  expect((await ask('RIGHT', '192.0.2.2')).json().promoCode.valid).toBe(true)
})

it('counts neither good codes nor the same mistake again', async () => {
  const { event, typeId, ask } = await openSale()
  for (let time = 0; time < 30; time++) {
    expect((await ask('RIGHT', '192.0.2.3')).statusCode).toBe(200)
    expect((await ask('RIHGT', '192.0.2.3')).statusCode).toBe(200)
  }
  expect((await hold(tickets, event.eventId, typeId, 1, { promoCode: 'right' })).promoCode).toBe('right')
})

it('counts one guess of the many who come at once from one address with the same code', async () => {
  const { event, typeId } = await openSale()
  const buyers = Array.from({ length: 60 }, () => hold(tickets, event.eventId, typeId, 1, { promoCode: 'right' }))
  expect((await Promise.all(buyers)).every((order) => order.promoCode === 'right')).toBe(true)
})
