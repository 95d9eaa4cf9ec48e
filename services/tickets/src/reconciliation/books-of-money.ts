import { sql } from '@guichet/database'
import type { Book } from './book.ts'

/** From what age a refund should have been paid. */
const REFUND_LIMIT = sql.lit('15 minutes')

/** Payments, refunds and orders of one event, held against each other. */
export const BOOKS_OF_MONEY: readonly Book[] = [
  {
    kind: 'refund-overdue',
    find: (event, now) => sql`
      select refund.id as subject_id, refund.order_id, refund.currency, refund.amount_minor as expected, 0 as actual,
             jsonb_build_object('attempts', refund.attempts, 'lastError', refund.last_error) as detail
        from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
       where refund.event_id = ${event} and refund.state = 'pending' and payment.provider <> 'bank-transfer'
         and refund.created_at < ${now}::timestamptz - interval ${REFUND_LIMIT}`,
  },
  {
    kind: 'refund-refused',
    find: (event) => sql`
      select id as subject_id, order_id, currency, amount_minor as expected, 0 as actual,
             jsonb_build_object('attempts', attempts, 'lastError', last_error) as detail
        from refund where event_id = ${event} and state = 'failed'`,
  },
  {
    kind: 'refund-exceeds-charge',
    find: (event) => sql`
      select payment.id as subject_id, payment.order_id, payment.charged_currency as currency,
             coalesce(payment.charged_minor, 0) as expected, money.amount as actual, '{}'::jsonb as detail
        from payment join (select payment_id, sum(amount_minor)::bigint as amount from refund where event_id = ${event} group by 1) money
             on money.payment_id = payment.id
       where payment.event_id = ${event} and money.amount > coalesce(payment.charged_minor, 0)`,
  },
  {
    // Unless the bank has taken the money back itself.
    kind: 'money-stranded',
    find: (event) => sql`
      select payment.id as subject_id, payment.order_id, payment.charged_currency as currency, payment.charged_minor as expected,
             coalesce(money.amount, 0) as actual, jsonb_build_object('problem', payment.problem, 'orderState', orders.state) as detail
        from payment
        join orders on orders.event_id = payment.event_id and orders.id = payment.order_id
        left join (select payment_id, sum(amount_minor)::bigint as amount from refund where event_id = ${event} group by 1) money
             on money.payment_id = payment.id
       where payment.event_id = ${event} and payment.charged_minor > coalesce(money.amount, 0)
         and (payment.problem is not null or orders.state in ('expired', 'cancelled'))
         and not exists (select from dispute where dispute.event_id = payment.event_id and dispute.payment_id = payment.id
                                              and dispute.state <> 'won')`,
  },
  {
    kind: 'order-not-paid-once',
    find: (event) => sql`
      select orders.id as subject_id, orders.id as order_id, orders.currency, orders.total_minor as expected,
             own.amount as actual, jsonb_build_object('payments', own.count) as detail
        from orders
        left join lateral (
          select count(*)::int as count, coalesce(sum(charged_minor), 0)::bigint as amount from payment
           where payment.event_id = orders.event_id and payment.order_id = orders.id and problem is null
             and state in ('succeeded', 'refunded')) own on true
       where orders.event_id = ${event} and orders.confirmed_at is not null
         and (own.count <> 1 or own.amount <> orders.total_minor)`,
  },
  {
    kind: 'order-refunded-differs',
    find: (event) => sql`
      select orders.id as subject_id, orders.id as order_id, orders.currency, coalesce(money.amount, 0) as expected,
             orders.refunded_minor as actual, '{}'::jsonb as detail
        from orders
        left join (
          select refund.order_id, sum(refund.amount_minor)::bigint as amount from refund
            join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
           where refund.event_id = ${event} and payment.problem is null group by 1) money on money.order_id = orders.id
       where orders.event_id = ${event} and orders.refunded_minor <> coalesce(money.amount, 0)`,
  },
  {
    kind: 'order-total-differs',
    find: (event) => sql`
      select orders.id as subject_id, orders.id as order_id, orders.currency, lines.total as expected,
             orders.total_minor as actual, '{}'::jsonb as detail
        from orders
        join (select order_id, sum(quantity * (unit_price_minor + unit_fee_minor))::bigint as total from order_line
               where event_id = ${event} group by 1) lines on lines.order_id = orders.id
       where orders.event_id = ${event} and orders.total_minor <> lines.total`,
  },
]
