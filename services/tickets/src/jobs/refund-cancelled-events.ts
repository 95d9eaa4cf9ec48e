import { inTransaction, sql } from '@guichet/database'
import type { ExpressionBuilder } from 'kysely'
import { COLUMNS, type Schema, type TicketsTx } from '../db.ts'
import { endLockedHolds } from '../orders/end-holds.ts'
import { readBooks } from '../refunds/order-books.ts'
import { planEach, type RefundWish } from '../refunds/plan-refund.ts'
import { promiseRefunds } from '../refunds/promise-refunds.ts'
import type { Job } from './loop.ts'

const BATCH = 100

/**
 * Winds up cancelled events: holds are released, confirmed orders get a refund promised (which finish-refunds carries out).
 * A batch per transaction; it may die anywhere and goes on where it was.
 */
export const refundCancelledEvents: Job = {
  name: 'refund-cancelled-events',
  pauseMs: 2_000,
  run: (ctx) =>
    inTransaction(ctx.db, async (tx) => {
      const event = await tx
        .selectFrom('event')
        .select('event_id')
        .where('settling', '=', true)
        // Any of them: one that cannot be finished must not keep the others waiting.
        .orderBy(sql`random()`)
        .limit(1)
        .forNoKeyUpdate()
        .skipLocked()
        .executeTakeFirst()
      if (!event) return 0
      const now = await ctx.time(tx)
      const done = (await releaseHolds(tx, event.event_id, now)) + (await refundOrders(tx, event.event_id, now))
      if (done === 0 && !(await isUnfinished(tx, event.event_id))) {
        await tx.updateTable('event').set({ settling: false }).where('event_id', '=', event.event_id).execute()
      }
      return done
    }),
}

async function releaseHolds(tx: TicketsTx, eventId: string, now: Date): Promise<number> {
  const held = await tx
    .selectFrom('orders')
    .select(['event_id', 'id'])
    .where('event_id', '=', eventId)
    .where('state', '=', 'held')
    .limit(BATCH)
    .forNoKeyUpdate()
    .skipLocked()
    .execute()
  if (held.length > 0) await endLockedHolds(tx, held, 'cancelled', now)
  return held.length
}

/** Whoever has come in keeps his ticket: what it is worth is given back by hand, or not at all. */
const ALL_NOT_ADMITTED: RefundWish = { admitted: 'leave', short: 'cap' }

async function refundOrders(tx: TicketsTx, eventId: string, now: Date): Promise<number> {
  const confirmed = await tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', eventId)
    .where('state', '=', 'confirmed')
    .where(withTicketsToRefund)
    .orderBy('id')
    .limit(BATCH)
    .forNoKeyUpdate()
    .skipLocked()
    .execute()
  const books = await readBooks(tx, confirmed, { lock: true })
  const planned = planEach(books, ALL_NOT_ADMITTED)
  await promiseRefunds(tx, planned, { reason: 'event-cancelled', firstAttemptAt: now }, now)
  return planned.length
}

/** True while an order is in another's hands, so that there may be more to do. */
async function isUnfinished(tx: TicketsTx, eventId: string): Promise<boolean> {
  const left = await tx
    .selectFrom('orders')
    .select('id')
    .where('event_id', '=', eventId)
    .where((where) =>
      where.or([
        where.eb('state', '=', 'held'),
        where.and([where.eb('state', '=', 'confirmed'), withTicketsToRefund(where)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  return left !== undefined
}

function withTicketsToRefund({ exists, selectFrom }: ExpressionBuilder<Schema, 'orders'>) {
  return exists(
    selectFrom('ticket')
      .select('ticket.id')
      .whereRef('ticket.event_id', '=', 'orders.event_id')
      .whereRef('ticket.order_id', '=', 'orders.id')
      .where('ticket.state', '=', 'valid')
      .where((ticket) =>
        ticket.not(
          ticket.exists(
            ticket
              .selectFrom('check_in')
              .select('check_in.ticket_id')
              .whereRef('check_in.event_id', '=', 'ticket.event_id')
              .whereRef('check_in.ticket_id', '=', 'ticket.id'),
          ),
        ),
      ),
  )
}
