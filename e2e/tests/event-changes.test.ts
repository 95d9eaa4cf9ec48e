import { eventually } from '@guichet/testkit'
import { beforeAll, expect, it } from 'vitest'
import { buy, call, hold, mailsTo, must, type Order, openSale, type Sale, type Session, signUp } from '../client.ts'
import { joinSystem } from '../join-system.ts'
import type { RunningSystem } from '../system.ts'

// What an organizer changes reaches the sale, the buyer's money and the buyer's mailbox through all four services.

const BUYER = 'buyer@example.org'
let system: RunningSystem
let owner: Session
let sale: Sale
let order: Order

beforeAll(async () => {
  system = await joinSystem()
  owner = await signUp(system)
  sale = await openSale(system, owner, { title: 'An evening that changes' })
  order = await buy(system, sale, { email: BUYER, quantity: 2, locale: 'fr' })
  await eventually(async () => (await mailsTo(system, BUYER)).length === 1)
})

const readOrder = () =>
  must<Order & { payment: { state: string }; event: { startsAt: string } }>(system, `tickets/v1/orders/${order.id}`, {
    headers: { 'order-secret': order.secret },
  })

it('a new date reaches the order, and the buyer by one mail', async () => {
  const current = await call<{ startsAt: string; endsAt: string }>(system, `events/v1/events/${sale.eventId}`)
  const later = (instant: string) => new Date(new Date(instant).getTime() + 7 * 86_400_000).toISOString()
  const startsAt = later(current.body.startsAt)
  await must(system, `events/v1/events/${sale.eventId}`, {
    method: 'PATCH',
    token: owner.accessTokens.events,
    headers: { 'if-match': current.headers.get('etag') ?? '' },
    body: { startsAt, endsAt: later(current.body.endsAt) },
  })
  await eventually(async () => (await readOrder()).event.startsAt === startsAt)
  await eventually(async () => (await mailsTo(system, BUYER)).length === 2)
})

it('an event with orders cannot be deleted: tickets says so', async () => {
  const current = await call(system, `events/v1/events/${sale.eventId}`)
  const answer = await eventually(async () => {
    const tried = await call(system, `events/v1/events/${sale.eventId}`, {
      method: 'DELETE',
      token: owner.accessTokens.events,
      headers: { 'if-match': current.headers.get('etag') ?? '' },
    })
    // Events waits two seconds for what tickets says, then asks to be tried again.
    return tried.status !== 503 && tried
  })
  expect(answer).toMatchObject({ status: 409, body: { code: 'event-has-orders' } })
})

it('a cancellation stops the sale, gives the money back once, voids the tickets, and tells the buyer', async () => {
  const pending = await hold(system, sale, { email: 'late@example.org' })
  await must(system, `events/v1/events/${sale.eventId}/cancellation`, {
    method: 'POST',
    token: owner.accessTokens.events,
    body: { reason: { fr: 'Salle inondée.', en: 'The hall is flooded.' } },
  })
  // The order ends when the refund is promised; the money follows.
  await eventually(async () => (await readOrder()).payment.state === 'refunded')
  const refunded = await readOrder()
  expect(refunded.state).toBe('refunded')
  expect(new Set((refunded.tickets as unknown as { state: string }[]).map((ticket) => ticket.state))).toEqual(
    new Set(['void']),
  )
  await eventually(async () => {
    const held = await must<Order>(system, `tickets/v1/orders/${pending.id}`, {
      headers: { 'order-secret': pending.secret },
    })
    return held.state === 'cancelled'
  })
  const refused = await call(system, 'tickets/v1/orders', {
    method: 'POST',
    headers: { 'idempotency-key': 'a-late-attempt-of-somebody' },
    body: { eventId: sale.eventId, lines: [{ ticketTypeId: sale.ticketTypeId, quantity: 1 }] },
  })
  expect(refused).toMatchObject({ status: 409, body: { code: 'event-cancelled' } })
  // The new date, the cancellation and the refund: each told once, after the confirmation.
  await eventually(async () => (await mailsTo(system, BUYER)).length === 4)
  const mails = await mailsTo(system, BUYER)
  expect(mails.some((mail) => mail.text.includes('Salle inondée.'))).toBe(true)
})
