import { DomainError } from '@guichet/problem'
import { COLUMNS, type OrderRow, type TicketsDb, type TicketsTx } from '../db.ts'

export async function findOrder(db: TicketsDb | TicketsTx, orderUuid: string): Promise<OrderRow | undefined> {
  return db.selectFrom('orders').select(COLUMNS.orders).where('id', '=', orderUuid).executeTakeFirst()
}

/** Locks the order to the end of the transaction. Orders are locked before payments, and these before allotments. */
export async function lockOrder(tx: TicketsTx, key: { event_id: string; id: string }): Promise<OrderRow> {
  const order = await tx
    .selectFrom('orders')
    .select(COLUMNS.orders)
    .where('event_id', '=', key.event_id)
    .where('id', '=', key.id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!order) throw new DomainError('not-found')
  return order
}

/** Locks an order that the buyer may still change: it is held, and its deadline has not passed. */
export async function lockLiveHold(
  tx: TicketsTx,
  key: { event_id: string; id: string },
  now: () => Promise<Date>,
): Promise<OrderRow> {
  const order = await lockOrder(tx, key)
  if (order.state === 'expired') throw new DomainError('hold-expired')
  if (order.state !== 'held') throw new DomainError('order-not-held', { state: order.state })
  if (order.expires_at <= (await now())) throw new DomainError('hold-expired')
  return order
}
