import { afterAll, beforeAll, expect, it } from 'vitest'
import { POLICIES } from '../src/rate-limits.ts'
import { type PublishedEvent, publishEvent, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
beforeAll(async () => {
  tickets = await startTickets({ config: { trustProxy: ['uniquelocal'] } })
  event = await publishEvent(tickets)
})
afterAll(() => tickets?.stop())

/** Tries a code that is none; by web, which is in the same network of containers, or by somebody who is not. */
const guess = (code: string, visitor: string, from: string) =>
  tickets.app.inject({
    url: `/v1/events/${event.eventId}/ticket-types?promoCode=${code}`,
    remoteAddress: from,
    headers: { 'x-forwarded-for': visitor },
  })

async function guessUntilRefused(visitor: string, from: string): Promise<void> {
  for (let count = 0; count < POLICIES['promo-code'].points; count++) await guess(`NONE${count}`, visitor, from)
  expect((await guess('ANOTHER', visitor, from)).statusCode).toBe(429)
}

it('counts visitors one by one behind a proxy that it believes', async () => {
  await guessUntilRefused('198.51.100.1', '172.20.0.3')
  expect((await guess('NONE', '198.51.100.2', '172.20.0.3')).statusCode).toBe(200)
})

it('believes nobody else who they are', async () => {
  await guessUntilRefused('198.51.100.3', '203.0.113.9')
  expect((await guess('NONE', '198.51.100.4', '203.0.113.9')).statusCode).toBe(429)
})
