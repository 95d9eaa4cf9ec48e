import { sql } from '@guichet/database'
import type { Book } from './book.ts'

/** What should be in the ledger of one event, as payments, orders, refunds and disputes say; what came back had been paid. */
const due = (event: string) => sql`
  select id as source_id, 'charge' as kind, order_id, charged_currency as currency, charged_minor as amount
    from payment where event_id = ${event} and charged_minor > 0
  union all
  select id, 'sale', id, currency, total_minor from orders where event_id = ${event} and confirmed_at is not null and total_minor > 0
  union all
  select id, 'refund-promised', order_id, currency, amount_minor from refund where event_id = ${event} and amount_minor > 0
  union all
  select id, 'refund-paid', order_id, currency, amount_minor from refund
   where event_id = ${event} and amount_minor > 0
     and (state = 'succeeded' or exists (select from ledger_transaction back where back.source_id = refund.id and back.kind = 'refund-failed'))
  union all
  select id, 'dispute-opened', order_id, currency, amount_minor from dispute where event_id = ${event}
  union all
  select id, 'dispute-' || state, order_id, currency, amount_minor from dispute where event_id = ${event} and state <> 'open'`

const posted = (event: string) => sql`
  select source_id, kind, order_id, currency, (select sum(amount) from unnest(amounts) as amount where amount > 0)::bigint as amount
    from ledger_transaction where order_id in (select id from orders where event_id = ${event}) and kind not in ('manual', 'refund-failed')`

/** The ledger of one event, held against what it is about. */
export const BOOKS_OF_LEDGER: readonly Book[] = [
  {
    kind: 'ledger-missing',
    find: (event) => sql`
      select due.source_id as subject_id, due.order_id, due.currency, sum(due.amount)::bigint as expected, 0 as actual,
             jsonb_build_object('entries', string_agg(due.kind, ', ' order by due.kind)) as detail
        from (${due(event)}) due
       where not exists (select from ledger_transaction posted where posted.source_id = due.source_id and posted.kind = due.kind)
       group by 1, 2, 3`,
  },
  {
    kind: 'ledger-differs',
    find: (event) => sql`
      select due.source_id as subject_id, due.order_id, due.currency, sum(due.amount)::bigint as expected,
             sum(posted.amount)::bigint as actual, jsonb_build_object('entries', string_agg(due.kind, ', ' order by due.kind)) as detail
        from (${due(event)}) due join (${posted(event)}) posted on posted.source_id = due.source_id and posted.kind = due.kind
       where posted.amount <> due.amount or posted.currency <> due.currency
       group by 1, 2, 3`,
  },
  {
    kind: 'ledger-unfounded',
    find: (event) => sql`
      select posted.source_id as subject_id, posted.order_id, posted.currency, 0 as expected, sum(posted.amount)::bigint as actual,
             jsonb_build_object('entries', string_agg(posted.kind, ', ' order by posted.kind)) as detail
        from (${posted(event)}) posted
       where not exists (select from (${due(event)}) due where due.source_id = posted.source_id and due.kind = posted.kind)
       group by 1, 2, 3`,
  },
]
