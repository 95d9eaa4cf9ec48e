import { sql } from '@guichet/database'
import type { Book } from './book.ts'

/** Orders, tickets and stock of one event, held against each other. */
export const BOOKS_OF_PLACES: readonly Book[] = [
  {
    kind: 'hold-overdue',
    find: (event, now) => sql`
      select id as subject_id, id as order_id, currency, null::bigint as expected, null::bigint as actual,
             jsonb_build_object('expiresAt', expires_at) as detail
        from orders where event_id = ${event} and state = 'held' and expires_at < ${now}::timestamptz - interval '2 minutes'`,
  },
  {
    kind: 'tickets-missing',
    find: (event) => sql`
      select orders.id as subject_id, orders.id as order_id, null::text as currency, lines.quantity as expected,
             coalesce(made.count, 0) as actual, jsonb_build_object('state', orders.state) as detail
        from orders
        join (select order_id, sum(quantity)::bigint as quantity from order_line where event_id = ${event} group by 1) lines
             on lines.order_id = orders.id
        left join (select order_id, count(*) as count from ticket where event_id = ${event} group by 1) made on made.order_id = orders.id
       where orders.event_id = ${event} and orders.confirmed_at is not null and coalesce(made.count, 0) < lines.quantity`,
  },
  {
    kind: 'tickets-differ',
    find: (event) => sql`
      select orders.id as subject_id, orders.id as order_id, null::text as currency, due.valid as expected, made.valid as actual,
             jsonb_build_object('state', orders.state, 'void', made.void) as detail
        from orders
        join (select order_id, sum(quantity)::bigint as quantity, sum(void_quantity)::bigint as void from order_line
               where event_id = ${event} group by 1) lines on lines.order_id = orders.id
        join lateral (select case when orders.state = 'confirmed' then lines.quantity - lines.void else 0 end as valid) due on true
        join (select order_id, count(*) filter (where state = 'valid') as valid, count(*) filter (where state = 'void') as void,
                     count(*) as count from ticket where event_id = ${event} group by 1) made on made.order_id = orders.id
       where orders.event_id = ${event} and made.valid <> due.valid
         and not (orders.confirmed_at is not null and made.count < lines.quantity)`,
  },
  {
    kind: 'stock-differs',
    find: (event) => sql`
      select pool.id as subject_id, null::uuid as order_id, null::text as currency,
             coalesce(places.held, 0) + coalesce(places.sold, 0) as expected, (pool.held + pool.sold)::bigint as actual,
             jsonb_build_object('held', pool.held, 'sold', pool.sold, 'heldByOrders', coalesce(places.held, 0),
                                'soldByOrders', coalesce(places.sold, 0)) as detail
        from allotment pool left join (
          select draw.allotment_id, sum(draw.places) filter (where orders.state = 'held') as held,
                 sum(draw.places) filter (where orders.state = 'confirmed') as sold
            from orders, unnest(allotment_ids, allotment_places) as draw (allotment_id, places)
           where orders.event_id = ${event} group by 1) places on places.allotment_id = pool.id
       where pool.event_id = ${event} and (pool.held <> coalesce(places.held, 0) or pool.sold <> coalesce(places.sold, 0))`,
  },
]
