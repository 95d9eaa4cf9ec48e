import { sql } from '@guichet/database'
import { COLUMNS, type OrderRow, type TicketsTx } from '../db.ts'
import { mayBecome, type OrderState } from './order-state.ts'

/**
 * Ends one order, only if it still is where the caller believes it to be; undefined when another was first. The row
 * stays locked to the end of the transaction.
 */
export async function changeState(
  tx: TicketsTx,
  order: Pick<OrderRow, 'event_id' | 'id'>,
  from: OrderState,
  to: Exclude<OrderState, 'held' | 'confirmed'>,
  now: Date,
): Promise<OrderRow | undefined> {
  if (!mayBecome(from, to)) throw new Error(`An order cannot go from ${from} to ${to}`)
  return tx
    .updateTable('orders')
    .set({
      state: to,
      version: sql<number>`version + 1`,
      ended_at: now,
    })
    .where('event_id', '=', order.event_id)
    .where('id', '=', order.id)
    .where('state', '=', from)
    .returning(COLUMNS.orders)
    .executeTakeFirst()
}
