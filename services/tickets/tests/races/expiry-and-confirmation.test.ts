import { setImmediate } from 'node:timers/promises'
import { sql } from '@guichet/database'
import { parseId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { hold, publishEvent, sell } from '../fixture.ts'
import { findViolations } from '../invariants.ts'
import { limitFor, racesOf } from '../runs.ts'
import { startTwo, type Two } from './instances.ts'

const AT_ONCE = 20
const RACES = Math.max(AT_ONCE, racesOf(100))

let two: Two
beforeAll(async () => {
  two = await startTwo()
})
afterAll(() => two?.stop())

const violations = () => findViolations({ databaseUrl: two.tickets.database.url, now: two.tickets.clock.now() })

interface Held {
  id: string
  secret: string
}
const act = (order: Held, instance: number, name: 'payments' | 'extension' | 'cancellation', body = {}) =>
  two.post(instance, `/v1/orders/${order.id}/${name}`, body, { secret: order.secret })
const confirm = (order: Held, instance: number) =>
  act(order, instance, 'payments', { provider: 'free', returnUrl: 'http://localhost:4000/' })

describe('a hold whose deadline comes while its buyer confirms, asks for time, or gives up', () => {
  it(`has one end, in each of ${RACES} races, and its places are where that end says`, limitFor(RACES), async () => {
    const { tickets, other } = two
    const event = await publishEvent(tickets)
    const ends: Record<string, number> = {}
    for (let race = 0; race < RACES; race += AT_ONCE) {
      const type = await sell(tickets, event, { capacity: AT_ONCE, priceMinor: 0 })
      const orders: Held[] = await Promise.all(
        Array.from({ length: AT_ONCE }, () => hold(tickets, event.eventId, type)),
      )
      tickets.clock.advance(600 - 1)
      const deadline = async (acts: Promise<unknown>[]) => {
        // Somewhere in the midst of what the buyers do; in the end behind it all, so that some have surely confirmed.
        if (race > 0 && race + AT_ONCE >= RACES) await Promise.allSettled(acts)
        for (let turn = 0; turn < (race / AT_ONCE) % 12; turn++) await setImmediate()
        tickets.clock.advance(2)
        await Promise.all([tickets, other, tickets, other].map(({ context }) => expireHolds.run(context)))
      }
      const acts = [
        ...orders.map((order, index) => {
          if (index % 10 === 7) return act(order, index, 'extension')
          return index % 10 === 8 ? act(order, index, 'cancellation') : confirm(order, index)
        }),
        ...orders.map((order, index) => confirm(order, index + 1)),
      ]
      await Promise.all([...acts, deadline(acts)])
      for (const answer of await Promise.all(acts)) {
        if (answer.statusCode >= 300) expect(['hold-expired', 'order-not-held']).toContain(answer.json().code)
      }
      tickets.clock.advance(1_200)
      while ((await expireHolds.run(tickets.context)) > 0);
      for (const { id, secret } of orders) {
        const order = (await tickets.call('GET', `/v1/orders/${id}`, { secret })).json()
        const end = `${order.state}, ${order.tickets.length} tickets`
        ends[end] = (ends[end] ?? 0) + 1
      }
    }
    const allowed = ['cancelled, 0 tickets', 'confirmed, 1 tickets', 'expired, 0 tickets']
    expect(Object.keys(ends).filter((end) => !allowed.includes(end))).toEqual([])
    // Not always the same one, else nothing was raced.
    expect(Object.keys(ends).length).toBeGreaterThan(1)
    expect(await violations()).toEqual([])
  })

  it(`is confirmed or cancelled, never both, in each of ${RACES} races of two tabs`, limitFor(RACES), async () => {
    const { tickets } = two
    const event = await publishEvent(tickets)
    for (let race = 0; race < RACES; race += AT_ONCE) {
      const type = await sell(tickets, event, { capacity: AT_ONCE, priceMinor: 0 })
      const orders: Held[] = await Promise.all(
        Array.from({ length: AT_ONCE }, () => hold(tickets, event.eventId, type)),
      )
      await Promise.all(
        orders.map(async (order, index) => {
          const [paid, cancelled] = await Promise.all([confirm(order, index), act(order, index + 1, 'cancellation')])
          const { state } = (await tickets.call('GET', `/v1/orders/${order.id}`, { secret: order.secret })).json()
          // If it was cancelled, a payment may be there that came too late, and was given back.
          expect([state, cancelled.statusCode]).toEqual(state === 'confirmed' ? [state, 409] : ['cancelled', 200])
          expect(state === 'confirmed' ? [201] : [201, 409], paid.body).toContain(paid.statusCode)
        }),
      )
    }
    expect(await violations()).toEqual([])
  })

  it('has two when each side acts on what it read before (the control: this race can be lost)', async () => {
    const { tickets } = two
    const { db } = tickets.context
    const event = await publishEvent(tickets)
    const order = await hold(tickets, event.eventId, await sell(tickets, event, { capacity: 1, priceMinor: 0 }))
    const id = parseId('ord', order.id)
    const isHeld = async () =>
      (await sql<{ state: string }>`select state from orders where id = ${id}`.execute(db)).rows[0]?.state === 'held'
    const seen = await isHeld()
    expect((await confirm(order, 1)).statusCode).toBe(201)
    // What the sweeper does, but for the lock and for looking again.
    if (seen) await sql`update orders set state = 'expired', ended_at = now() where id = ${id}`.execute(db)
    expect((await violations()).join()).toMatch(/I1 held or sold differs.*I1 tickets differ from the order/)
    await sql`update orders set state = 'confirmed', ended_at = null where id = ${id}`.execute(db)
    expect(await violations()).toEqual([])
  })
})
