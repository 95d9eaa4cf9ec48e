import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { OrderRow, TicketsTx } from '../db.ts'
import { moveOrders } from '../stock/move-orders.ts'
import { changeState } from './change-state.ts'

/** Ends one hold, if it still is one, and puts its places back on sale. The order's row comes locked from here. */
export async function endHold(
  tx: TicketsTx,
  order: Pick<OrderRow, 'event_id' | 'id'>,
  to: 'expired' | 'cancelled',
  now: Date,
): Promise<boolean> {
  const ended = await changeState(tx, order, 'held', to, now)
  if (!ended) return false
  await moveOrders(tx, [order], 'release')
  return true
}

/**
 * Expires a batch of holds whose time is over, in one transaction; rows that another process works on are left to it.
 * Orders with a payment under way are not among them: the provider is asked first. Returns how many.
 */
export async function expireDueHolds(ctx: Context, limit: number): Promise<number> {
  const now = await ctx.time(ctx.db)
  const ended = await inTransaction(ctx.db, async (tx) => {
    const due = await tx
      .selectFrom('orders')
      .select(['event_id', 'id'])
      .where('state', '=', 'held')
      .where('expires_at', '<=', now)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('payment')
              .select('payment.id')
              .whereRef('payment.event_id', '=', 'orders.event_id')
              .whereRef('payment.order_id', '=', 'orders.id')
              .where('payment.state', '=', 'pending'),
          ),
        ),
      )
      .orderBy('expires_at')
      .limit(limit)
      .forNoKeyUpdate()
      .skipLocked()
      .execute()
    if (due.length > 0) await endLockedHolds(tx, due, 'expired', now)
    return due
  })
  for (const { event_id } of ended) ctx.stock.availability.forget(event_id)
  return ended.length
}

/** Ends holds whose rows this transaction has locked, with one change of state and one of stock. */
export async function endLockedHolds(
  tx: TicketsTx,
  orders: readonly Pick<OrderRow, 'event_id' | 'id'>[],
  to: 'expired' | 'cancelled',
  now: Date,
): Promise<void> {
  await sql`
    update orders set state = ${to}, ended_at = ${now}, version = version + 1
     where state = 'held' and (event_id, id) in (
       select * from unnest(${orders.map((order) => order.event_id)}::uuid[], ${orders.map((order) => order.id)}::uuid[]))`.execute(
    tx,
  )
  await moveOrders(tx, orders, 'release')
}
