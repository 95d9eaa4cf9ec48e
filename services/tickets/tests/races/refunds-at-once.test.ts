import { inTransaction } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { continueRefundRuns } from '../../src/jobs/continue-refund-runs.ts'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import { findOrder } from '../../src/orders/find-order.ts'
import { readBooks } from '../../src/refunds/order-books.ts'
import { planRefund } from '../../src/refunds/plan-refund.ts'
import { promiseRefunds } from '../../src/refunds/promise-refunds.ts'
import { bought, refunds } from '../refunds.ts'
import { limitFor, racesOf } from '../runs.ts'
import { openShop, type Shop } from '../shop.ts'

const AT_ONCE = 10
const RACES = Math.ceil(racesOf(50) / AT_ONCE) * AT_ONCE

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ capacity: 20_000 })
})
afterAll(() => shop?.stop())

describe('S-49: refunds of the same order at once', () => {
  it(
    `by members, the buyer and a mass refund give each ticket back once in ${RACES} races`,
    limitFor(RACES),
    async () => {
      const { context, call } = shop.tickets
      const policy = { enabled: true, untilDays: 0, keptBp: 0 }
      const put = { token: shop.event.owner, body: policy, headers: { 'if-match': '*' } }
      await call('PUT', `/v1/events/${shop.event.eventId}/refund-policy`, put)
      for (let done = 0; done < RACES; done += AT_ONCE) {
        const orders = await Promise.all(Array.from({ length: AT_ONCE }, () => bought(shop, 2)))
        const run = call('POST', `/v1/events/${shop.event.eventId}/refund-runs`, { token: shop.event.owner, body: {} })
        await Promise.all([
          run.then(() => Promise.all([continueRefundRuns.run(context), continueRefundRuns.run(context)])),
          ...orders.flatMap((order) => [
            refunds(shop, order, {}),
            refunds(shop, order, { lines: [{ lineNumber: 1, quantity: 1 }] }),
            refunds(shop, order, { amountMinor: 5_000 }),
            refunds(shop, order, { amountMinor: 5_000 }),
            call('POST', `/v1/orders/${order.id}/refund-requests`, { secret: order.secret, body: {} }),
            finishRefunds.run(context),
          ]),
        ])
        while ((await continueRefundRuns.run(context)) > 0);
        shop.tickets.clock.advance(60)
        while ((await finishRefunds.run(context)) > 0);
        for (const order of orders) {
          const { state, refundedMinor } = await shop.read(order)
          expect(state).toBe('refunded')
          // Of a sum that went back besides, what was left of the tickets went with them: all of it, and no more.
          expect(refundedMinor).toBe(9_800)
        }
      }
      expect(await shop.violations()).toEqual([])
    },
  )

  it('control: planned without the locks, more is promised back than was paid', async () => {
    const order = await bought(shop)
    const { context } = shop.tickets
    const row = await findOrder(context.db, toUuid('ord', order.id))
    if (!row) throw new Error('The order is there')
    const wish = { amountMinor: 4_900, admitted: 'refuse', short: 'refuse' } as const
    const seen = await Promise.all(
      [1, 2].map(() => inTransaction(context.db, (tx) => readBooks(tx, [row], { lock: false }))),
    )
    for (const [books] of seen) {
      if (!books) throw new Error('The order has books')
      const planned = [{ books, plan: planRefund(books, wish) }]
      await inTransaction(context.db, (tx) => promiseRefunds(tx, planned, { reason: 'requested' }, new Date()))
    }
    expect((await shop.violations()).some((line) => line.startsWith('I4 more refunded than charged'))).toBe(true)
  })
})
