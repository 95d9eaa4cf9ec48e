import { inTransaction, sql } from '@guichet/database'
import { toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finishRefunds } from '../../src/jobs/finish-refunds.ts'
import { type BoughtOrder, bought, refunds } from '../refunds.ts'
import { limitFor, racesOf } from '../runs.ts'
import { openShop, type Shop } from '../shop.ts'

const AT_ONCE = 20
const RACES = Math.ceil(racesOf(100) / AT_ONCE) * AT_ONCE

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ capacity: 20_000 })
})
afterAll(() => shop?.stop())

const ticketOf = (order: BoughtOrder) => order.tickets[0] ?? { id: '', code: '' }

/** Tickets that somebody came in with, and that are void. */
async function both(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ticket join check_in using (event_id)
     where check_in.ticket_id = ticket.id and ticket.state = 'void'`.execute(shop.tickets.context.db)
  return rows[0]?.count ?? 0
}

describe('F34: a refund and a check-in of the same ticket', () => {
  it(`have one winner in each of ${RACES} races`, limitFor(RACES), async () => {
    const token = await shop.event.member('door')
    const winners = { refund: 0, 'check-in': 0 }
    for (let done = 0; done < RACES; done += AT_ONCE) {
      const orders = await Promise.all(Array.from({ length: AT_ONCE }, () => bought(shop)))
      await Promise.all(
        orders.map(async (order, index) => {
          const scan = () =>
            shop.tickets.call('POST', `/v1/events/${shop.event.eventId}/check-ins`, {
              token,
              body: { code: ticketOf(order).code },
            })
          // Either of the two is asked first, so that each has a chance.
          const acts = [() => refunds(shop, order, {}), scan]
          const [first, second] = index % 2 ? acts : acts.toReversed()
          const begun = first?.()
          // Of two the first is through before the other begins, so that each has won.
          if (index < 2) await begun
          const answers = await Promise.all([begun, second?.()])
          const [refund, entry] = index % 2 ? answers : answers.toReversed()
          const outcome = `${refund?.statusCode} ${refund?.json().code} / ${entry?.statusCode} ${entry?.json().code}`
          expect(['201 undefined / 409 ticket-void', '409 ticket-checked-in / 201 undefined']).toContain(outcome)
          winners[refund?.statusCode === 201 ? 'refund' : 'check-in'] += 1
        }),
      )
    }
    expect(await both()).toBe(0)
    expect(winners.refund).toBeGreaterThan(0)
    expect(winners['check-in']).toBeGreaterThan(0)
  })

  it('control: a door that looks at a ticket without locking it lets in who is refunded', async () => {
    const order = await bought(shop)
    const { id } = ticketOf(order)
    const key = { event_id: toUuid('evt', shop.event.eventId), ticket_id: toUuid('tkt', id) }
    await inTransaction(shop.tickets.context.db, async (tx) => {
      const seen = await tx.selectFrom('ticket').select('state').where('id', '=', key.ticket_id).executeTakeFirst()
      expect((await refunds(shop, order, {})).statusCode).toBe(201)
      if (seen?.state !== 'valid') return
      const checkIn = { ...key, checked_in_by: key.event_id, checked_in_at: new Date() }
      await tx.insertInto('check_in').values(checkIn).execute()
    })
    expect(await both()).toBe(1)
  })
})

it('leaves books that close, with the provider’s own beside them', async () => {
  shop.tickets.clock.advance(60)
  while ((await finishRefunds.run(shop.tickets.context)) > 0);
  expect(await shop.violations()).toEqual([])
})
