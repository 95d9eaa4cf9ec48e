import { setTimeout } from 'node:timers/promises'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { continueRefundRuns } from '../../src/jobs/continue-refund-runs.ts'
import { hold, type PublishedEvent, publishEvent, sell } from '../fixture.ts'
import { bought } from '../refunds.ts'
import { openShop, type Shop } from '../shop.ts'
import { limitFor, timesOf } from './counts.ts'
import { startService } from './service.ts'

const KILLS = timesOf(4)
const PAID = 60
const FREE = 240

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop?.stop())

/** An event with orders, and a mass refund of them that is promised and not begun. */
async function begun(): Promise<PublishedEvent> {
  const event = await publishEvent(shop.tickets)
  const paid = await sell(shop.tickets, event)
  const free = await sell(shop.tickets, event, { priceMinor: 0, capacity: 500 })
  const inTens = async (count: number, buy: () => Promise<unknown>) => {
    for (let done = 0; done < count; done += 10) await Promise.all(Array.from({ length: 10 }, buy))
  }
  await inTens(PAID, () => bought(shop, 1, { event, type: paid }))
  await inTens(FREE, async () => {
    const order = await hold(shop.tickets, event.eventId, free)
    await shop.call(order, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })
  })
  const url = `/v1/events/${event.eventId}/refund-runs`
  const started = await shop.tickets.call('POST', url, { token: event.owner, body: {} })
  expect(started.json()).toMatchObject({ planned: { orders: PAID + FREE, amountMinor: PAID * 4_900 } })
  return event
}

const runOf = async (event: PublishedEvent) => {
  const url = `/v1/events/${event.eventId}/refund-runs`
  return (await shop.tickets.call('GET', url, { token: event.owner })).json().items[0]
}

describe('a mass refund whose service is killed again and again', () => {
  /** One run, with its kills; how many of them came while there was something to do. */
  async function killedDuringRun(): Promise<number> {
    const event = await begun()
    const before = (await shop.payments.journal()).refunds.length
    const service = await startService({
      databaseUrl: shop.tickets.database.url,
      simulatedUrl: shop.payments.url,
      supervised: true,
    })
    let hits = 0
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        // A chance, not a condition: the kill is to hit any of its steps.
        await setTimeout(Math.random() * 150)
        const { state, refunds } = await runOf(event)
        if (state === 'running' || refunds.pending > 0) hits += 1
        await service.killAndAwaitReturn()
      }
      const done = await eventually(async () => {
        const run = await runOf(event)
        return run.state === 'done' && run.refunds.pending === 0 ? run : false
      })
      expect(done).toMatchObject({
        promised: { orders: PAID + FREE, tickets: PAID + FREE, amountMinor: PAID * 4_900 },
        refunds: { succeeded: PAID + FREE, failed: 0 },
      })
      expect(service.starts()).toBe(KILLS + 1)
    } finally {
      await service.stop()
    }
    expect((await shop.payments.journal()).refunds.length).toBe(before + PAID)
    expect(await shop.violations()).toEqual([])
    return hits
  }

  it(`gives everything back once, through ${KILLS} × kill -9`, limitFor(KILLS), async () => {
    // Where this process is held up the run may be through before the first kill: that shows nothing, and is done again.
    for (let hits = 0, runs = 0; hits === 0; runs++) {
      expect(runs).toBeLessThan(5)
      hits = await killedDuringRun()
    }
  })

  it('control: without the row that says how far it is, nobody goes on', async () => {
    const event = await begun()
    expect(await continueRefundRuns.run(shop.tickets.context)).toBe(100)
    await shop.tickets.context.db.deleteFrom('refund_run').where('state', '=', 'running').execute()
    expect(await continueRefundRuns.run(shop.tickets.context)).toBe(0)
    const sales = await shop.tickets.call('GET', `/v1/events/${event.eventId}/sales`, { token: event.owner })
    expect(sales.json().orders).toMatchObject({ confirmed: PAID + FREE - 100, refunded: 100 })
  })
})
