import { sql, sqlState } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { TicketsTx } from '../db.ts'
import { touchTerms } from '../stock/terms.ts'

/** Which orders draw on a pool: one place for each ticket of these types; `promoCodeId`: only orders placed with that code. */
export interface Drawers {
  ticketTypeIds: readonly string[]
  promoCodeId?: string
}

const ATTEMPTS_MAX = 50

/**
 * Locks everything that a change of who draws on a pool needs: the orders that it may concern, then the event's allotments, as
 * everybody does. No order of the event is decided, paid for or ended until the commit.
 */
export async function lockForDrawing(tx: TicketsTx, eventId: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await lockOrders(tx, eventId)
    await sql`savepoint drawing`.execute(tx)
    await touchTerms(tx, eventId)
    try {
      // Orders that came in between. Their buyers may be paying, hold them, and wait for our allotments: let them go first.
      await lockOrders(tx, eventId, 'nowait')
      return
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS_MAX) throw error
      await sql`rollback to savepoint drawing`.execute(tx)
    }
  }
}

const LOCK_NOT_AVAILABLE = '55P03'

async function lockOrders(tx: TicketsTx, eventId: string, wait?: 'nowait'): Promise<void> {
  await sql`
    select count(*) from (
      select id from orders where event_id = ${eventId} and state in ('held', 'confirmed', 'expired')
       order by id for no key update ${sql.raw(wait ?? '')}) locked`.execute(tx)
}

/**
 * Makes the orders that are there draw on a pool as if it had been so when they were placed, and sets its counters. Expired
 * orders too: a late payment may claim their places again. To be called under {@link lockForDrawing}, with the pool's row in place.
 * @throws DomainError `capacity-below-sold` when they do not fit
 */
export async function drawAnew(
  tx: TicketsTx,
  pool: { event_id: string; id: string; capacity: number },
  drawers: Drawers,
): Promise<void> {
  await sql`
    with wanted as (
      select line.order_id, sum(line.quantity - line.void_quantity)::int as places
        from order_line line join orders on orders.event_id = line.event_id and orders.id = line.order_id
       where line.event_id = ${pool.event_id} and line.ticket_type_id = any(${drawers.ticketTypeIds}::uuid[])
         and orders.state in ('held', 'confirmed', 'expired')
         and (${drawers.promoCodeId ?? null}::uuid is null or orders.promo_code_id = ${drawers.promoCodeId ?? null})
       group by 1 having sum(line.quantity - line.void_quantity) > 0),
    changed as (
      select orders.id, wanted.places from orders left join wanted on wanted.order_id = orders.id
       where orders.event_id = ${pool.event_id} and (wanted.places is not null or ${pool.id} = any(orders.allotment_ids)))
    update orders
       set allotment_ids = array(
             select draw.id from unnest(orders.allotment_ids) with ordinality as draw (id, at)
              where draw.id <> ${pool.id} order by draw.at)
             || case when changed.places is null then '{}' else array[${pool.id}::uuid] end,
           allotment_places = array(
             select draw.places from unnest(orders.allotment_ids, orders.allotment_places) with ordinality as draw (id, places, at)
              where draw.id <> ${pool.id} order by draw.at)
             || case when changed.places is null then '{}' else array[changed.places] end
      from changed
     where orders.event_id = ${pool.event_id} and orders.id = changed.id`.execute(tx)
  const {
    rows: [drawn = { held: 0, sold: 0 }],
  } = await sql<{ held: number; sold: number }>`
    select coalesce(sum(draw.places) filter (where orders.state = 'held'), 0)::int as held,
           coalesce(sum(draw.places) filter (where orders.state = 'confirmed'), 0)::int as sold
      from orders, unnest(orders.allotment_ids, orders.allotment_places) as draw (id, places)
     where orders.event_id = ${pool.event_id} and draw.id = ${pool.id}`.execute(tx)
  const { capacity } = pool
  const { held, sold } = drawn
  if (held + sold > capacity) throw new DomainError('capacity-below-sold', { capacity, sold, held })
  await tx
    .updateTable('allotment')
    .set({ capacity, held, sold })
    .where('event_id', '=', pool.event_id)
    .where('id', '=', pool.id)
    .execute()
}

/** Removes a pool and every draw on it, of types and of orders. To be called under {@link lockForDrawing}. */
export async function removePool(tx: TicketsTx, pool: { event_id: string; id: string }): Promise<void> {
  await drawAnew(tx, { ...pool, capacity: 0 }, { ticketTypeIds: [] })
  await tx
    .deleteFrom('ticket_type_allotment')
    .where('event_id', '=', pool.event_id)
    .where('allotment_id', '=', pool.id)
    .execute()
  await tx.deleteFrom('allotment').where('event_id', '=', pool.event_id).where('id', '=', pool.id).execute()
}
