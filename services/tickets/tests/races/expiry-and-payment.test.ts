import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPendingPayments } from '../../src/jobs/check-pending-payments.ts'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import { expireDueHolds } from '../../src/orders/end-holds.ts'
import { hold, sell } from '../fixture.ts'
import { limitFor, racesOf } from '../runs.ts'
import { openShop, type Shop } from '../shop.ts'

const AT_ONCE = 20
const RACES = Math.ceil(racesOf(200) / AT_ONCE) * AT_ONCE

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

/** Runs the jobs until they find nothing to do. */
async function settle() {
  const { context } = shop.tickets
  for (let idle = 0; idle < 3; ) {
    const done =
      (await expireHolds.run(context)) + (await checkPendingPayments.run(context)) + (await finishRefunds.run(context))
    idle = done === 0 ? idle + 1 : 0
    shop.tickets.clock.advance(15)
  }
}

describe('a hold that expires while its payment comes in', () => {
  it(
    `has one winner in each of ${RACES} races: tickets or the money back, never both, never neither`,
    limitFor(RACES),
    async () => {
      const outcomes: Record<string, number> = {}
      for (let done = 0; done < RACES; done += AT_ONCE) {
        const type = await sell(shop.tickets, shop.event, { capacity: AT_ONCE })
        const orders = await Promise.all(
          Array.from({ length: AT_ONCE }, () => hold(shop.tickets, shop.event.eventId, type)),
        )
        const pages = await Promise.all(orders.map((order) => shop.payPage(order)))
        shop.tickets.clock.advance(601)
        await Promise.all([
          ...pages.map((page, index) => (index % 4 === 3 ? undefined : shop.payments.act(page, 'pay'))),
          ...orders.map((order) => shop.call(order, 'payment-check')),
          ...Array.from({ length: 6 }, () => expireHolds.run(shop.tickets.context)),
          ...Array.from({ length: 6 }, () => checkPendingPayments.run(shop.tickets.context)),
        ])
        await settle()
        const { charges } = await shop.payments.journal()
        for (const order of orders) {
          const { state, payment, tickets } = await shop.read(order)
          const charged = charges.some((charge) => charge.reference === payment.id)
          const outcome = `${state}, ${tickets.length} tickets, payment ${payment.state}${charged ? ', charged' : ''}`
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        }
      }
      const allowed = [
        'confirmed, 1 tickets, payment succeeded, charged',
        'expired, 0 tickets, payment failed',
        'expired, 0 tickets, payment refunded, charged',
      ]
      expect(Object.keys(outcomes).filter((outcome) => !allowed.includes(outcome))).toEqual([])
      expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(RACES)
      // Both ways were gone, else nothing was raced.
      expect(Object.keys(outcomes).length).toBeGreaterThan(1)
      expect(await shop.violations()).toEqual([])
    },
  )

  it('breaks the books when a sweeper does not look again at the state (the control: this race can be lost)', async () => {
    const control = await openShop()
    const order = await control.hold(2)
    const { db } = control.tickets.context
    await control.payments.act(await control.payPage(order), 'pay')
    control.tickets.clock.advance(601)
    const due = await db.selectFrom('orders').select(['event_id', 'id']).where('state', '=', 'held').execute()
    await control.call(order, 'payment-check')
    // What the sweeper does, but for "where state = 'held'": it expires what it saw before the payment came in.
    await db
      .updateTable('orders')
      .set({ state: 'expired' })
      .where(
        'id',
        'in',
        due.map((row) => row.id),
      )
      .execute()
    const violations = (await control.violations()).join()
    expect(violations).toMatch(/I1 held or sold differs/)
    expect(violations).toMatch(/I2 money kept differs/)
    await control.stop()
  })

  it('gives the place to one of two: the late payer or who took it meanwhile', async () => {
    for (let race = 0; race < 20; race++) {
      const type = await sell(shop.tickets, shop.event, { capacity: 1 })
      const order = await hold(shop.tickets, shop.event.eventId, type)
      const page = await shop.payPage(order)
      await shop.payments.control({ webhooks: 'drop' })
      await shop.payments.act(page, 'pay')
      // As if the provider had been away at the deadline: the hold ends, the money is there.
      const { db } = shop.tickets.context
      const key = toUuid('ord', order.id)
      await db.updateTable('payment').set({ state: 'failed' }).where('order_id', '=', key).execute()
      shop.tickets.clock.advance(601)
      await expireDueHolds(shop.tickets.context, 100)
      await db.updateTable('payment').set({ state: 'pending' }).where('order_id', '=', key).execute()
      const body = { eventId: shop.event.eventId, lines: [{ ticketTypeId: type, quantity: 1 }] }
      const [other] = await Promise.all([
        shop.tickets.call('POST', '/v1/orders', { body }),
        shop.call(order, 'payment-check'),
        shop.call(order, 'payment-check'),
      ])
      await settle()
      const mine = await shop.read(order)
      if (other.statusCode === 201) expect(mine).toMatchObject({ state: 'expired', payment: { state: 'refunded' } })
      else expect(mine).toMatchObject({ state: 'confirmed', payment: { state: 'succeeded' } })
    }
    await shop.payments.control({ webhooks: 'ok' })
    expect(await shop.violations()).toEqual([])
  })
})
