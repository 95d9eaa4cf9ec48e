import { sql } from '@guichet/database'
import { toId, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import { refundCancelledEvents } from '../../src/jobs/refund-cancelled-events.ts'
import { hold, publishEvent, sell } from '../fixture.ts'
import { bought } from '../refunds.ts'
import { limitFor, racesOf } from '../runs.ts'
import { openShop, type Shop } from '../shop.ts'

const PURCHASES = 200
const RACES = Math.ceil(racesOf(200) / PURCHASES)

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

async function settle() {
  const { context } = shop.tickets
  for (let idle = 0; idle < 4; ) {
    const done =
      (await refundCancelledEvents.run(context)) +
      (await expireHolds.run(context)) +
      (await checkPendingPayments.run(context)) +
      (await finishRefunds.run(context))
    idle = done === 0 ? idle + 1 : 0
    shop.tickets.clock.advance(20)
  }
}

/** Of each order: what became of it, how often it was charged and refunded, and how many mails say so. */
async function outcomes(eventId: string): Promise<Record<string, number>> {
  const { charges, refunds } = await shop.payments.journal()
  const { rows } = await sql<{ id: string; state: string; references: string[] }>`
    select orders.id, orders.state,
           array(select provider_reference from payment where payment.event_id = orders.event_id and payment.order_id = orders.id
                    and provider_reference is not null) as references
      from orders where event_id = ${toUuid('evt', eventId)}`.execute(shop.tickets.context.db)
  const counts: Record<string, number> = {}
  for (const row of rows) {
    const of = (list: { sessionId: string }[]) => list.filter((one) => row.references.includes(one.sessionId)).length
    const told = (await shop.tickets.outbox(toId('ord', row.id))).filter((one) =>
      one.type.includes('-refunded.'),
    ).length
    const outcome = `${row.state}: charged ${of(charges)}, refunded ${of(refunds)}, told ${told}`
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

describe('F35: an event that is cancelled while people buy', () => {
  it(
    `gives every charge of ${RACES} × ${PURCHASES} purchases back once, and says so once`,
    limitFor(RACES * PURCHASES),
    async () => {
      for (let race = 0; race < RACES; race++) {
        const event = await publishEvent(shop.tickets)
        const type = await sell(shop.tickets, event, { capacity: PURCHASES * 2 })
        let started = 0
        const purchase = async () => {
          started += 1
          const order = await hold(shop.tickets, event.eventId, type).catch(() => undefined)
          if (!order) return
          const answer = await shop.startPayment(order)
          if (answer.statusCode !== 201) return
          await shop.payments.act(answer.json().redirectUrl, 'pay')
          await shop.call(order, 'payment-check')
        }
        const buyers = Array.from({ length: 20 }, async () => {
          while (started < PURCHASES) await purchase()
        })
        const cancel = async () => {
          while (started < PURCHASES / 2) await new Promise((resolve) => setImmediate(resolve))
          const cancelled = { ...event.facts, version: 2, status: 'cancelled' as const }
          await shop.tickets.deliver('events.event-cancelled.v1', cancelled)
          for (let round = 0; round < 10; round++) {
            await Promise.all([
              refundCancelledEvents.run(shop.tickets.context),
              refundCancelledEvents.run(shop.tickets.context),
              finishRefunds.run(shop.tickets.context),
              finishRefunds.run(shop.tickets.context),
            ])
          }
        }
        await Promise.all([...buyers, cancel()])
        await settle()
        const found = await outcomes(event.eventId)
        for (const outcome of Object.keys(found)) {
          expect([
            'refunded: charged 1, refunded 1, told 1',
            'cancelled: charged 1, refunded 1, told 1',
            'cancelled: charged 0, refunded 0, told 0',
          ]).toContain(outcome)
        }
        expect(found['refunded: charged 1, refunded 1, told 1']).toBeGreaterThan(0)
      }
      expect(await shop.violations()).toEqual([])
    },
  )

  it('control: an order that is confirmed after the winding up has ended stays without its refund', async () => {
    const event = await publishEvent(shop.tickets)
    const order = await bought(shop, 1, { event, type: await sell(shop.tickets, event) })
    // As if the confirmation had not looked: it is not there while the event is wound up, and there afterwards.
    const ofOrder = sql`where id = ${toUuid('ord', order.id)}`
    await sql`update orders set state = 'expired' ${ofOrder}`.execute(shop.tickets.context.db)
    await shop.tickets.deliver('events.event-cancelled.v1', { ...event.facts, version: 2, status: 'cancelled' })
    await settle()
    await sql`update orders set state = 'confirmed' ${ofOrder}`.execute(shop.tickets.context.db)
    await settle()
    expect(await outcomes(event.eventId)).toEqual({ 'confirmed: charged 1, refunded 0, told 0': 1 })
  })
})
