-- A payment may go back in parts: for some tickets, for a sum, for a whole event at once. A refund voids its tickets when it is
-- promised, in the transaction that promises it, so that a door can never let in whose money is on its way back.

alter table orders add column refunded_minor bigint not null default 0;
comment on column orders.refunded_minor is 'Promised back of the money that bought the order, whether it has arrived yet or not: the sum of such refunds of every state.';

alter table order_line add column void_quantity integer not null default 0,
  add constraint order_line_void check (void_quantity between 0 and quantity);
comment on column order_line.void_quantity is 'Tickets of the line that refunds have made void. What the order still draws on is quantity - void_quantity.';

alter table refund
  drop constraint refund_once_per_payment,
  drop constraint refund_reason,
  drop constraint refund_state,
  add column ends_order boolean not null default false,
  add column run_id uuid,
  add column note text,
  add column series integer not null default 1,
  add column settled_by uuid,
  add constraint refund_reason check (reason in ('requested', 'event-cancelled', 'late-payment', 'duplicate-payment', 'amount-mismatch', 'self-service')),
  add constraint refund_state check (state in ('pending', 'succeeded', 'failed'));
comment on column refund.state is 'failed: the provider refused for good. The money is still owed, and counts: the refund is tried again or settled by hand.';
comment on column refund.ends_order is 'With it the last ticket of the order became void.';
comment on column refund.run_id is 'The mass refund that it is part of.';
comment on column refund.note is 'What a member wrote: why, or how it was settled by hand.';
comment on column refund.series is 'Raised when a member tries a failed refund again: part of the provider''s idempotency key, under which a refusal would be repeated.';
comment on column refund.settled_by is 'The member who settled it by hand.';
update refund set ends_order = true
  from payment where payment.event_id = refund.event_id and payment.id = refund.payment_id and payment.problem is null;
update orders set refunded_minor = money.amount
  from (select refund.event_id, refund.order_id, sum(refund.amount_minor) as amount
          from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
         where payment.problem is null group by 1, 2) money
 where orders.event_id = money.event_id and orders.id = money.order_id;
create index refund_of_payment on refund (event_id, payment_id);
create index refund_of_run on refund (event_id, run_id) where run_id is not null;
create index refund_failed on refund (event_id, id) where state = 'failed';

create table refund_line (
  event_id uuid not null,
  refund_id uuid not null,
  line_number integer not null,
  quantity integer not null constraint refund_line_quantity check (quantity >= 0),
  amount_minor bigint not null constraint refund_line_amount check (amount_minor >= 0),
  primary key (event_id, refund_id, line_number)
);
comment on table refund_line is 'What a refund gives back of each order line; adds up to the refund. None for money that bought nothing.';
comment on column refund_line.quantity is 'Tickets made void; 0 where only money goes back.';

create table refund_ticket (
  event_id uuid not null,
  ticket_id uuid not null,
  refund_id uuid not null,
  primary key (event_id, ticket_id)
);
comment on table refund_ticket is 'Which refund made a ticket void: one at most.';
create index refund_ticket_of_refund on refund_ticket (event_id, refund_id);

-- Refunds promised until now gave back whole orders, and would have made the tickets void only once the money had gone. Now the
-- promise does: what is still on its way is caught up with, or its tickets would stay good for ever.
insert into refund_line (event_id, refund_id, line_number, quantity, amount_minor)
select refund.event_id, refund.id, line.line_number, line.quantity, line.quantity * line.unit_price_minor
  from refund join order_line line on line.event_id = refund.event_id and line.order_id = refund.order_id
 where refund.ends_order;
insert into refund_ticket (event_id, ticket_id, refund_id)
select refund.event_id, ticket.id, refund.id
  from refund join ticket on ticket.event_id = refund.event_id and ticket.order_id = refund.order_id
 where refund.ends_order;
update order_line line set void_quantity = line.quantity
  from refund where refund.ends_order and line.event_id = refund.event_id and line.order_id = refund.order_id;
update ticket set state = 'void'
  from refund where refund.ends_order and ticket.event_id = refund.event_id and ticket.order_id = refund.order_id;
update allotment set sold = allotment.sold - given.places
  from (select orders.event_id, draw.allotment_id, sum(draw.places) as places
          from refund join orders on orders.event_id = refund.event_id and orders.id = refund.order_id,
               unnest(orders.allotment_ids, orders.allotment_places) as draw (allotment_id, places)
         where refund.ends_order and orders.state = 'confirmed' group by 1, 2) given
 where allotment.event_id = given.event_id and allotment.id = given.allotment_id;
update orders set state = 'refunded', ended_at = refund.created_at, version = orders.version + 1
  from refund
 where refund.ends_order and orders.event_id = refund.event_id and orders.id = refund.order_id and orders.state = 'confirmed';

create table refund_run (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  requested_by uuid not null,
  ticket_type_ids uuid[] not null default '{}',
  force boolean not null,
  note text,
  state text not null constraint refund_run_state check (state in ('running', 'done')),
  last_order_id uuid,
  orders_done integer not null default 0,
  tickets_done integer not null default 0,
  amount_done_minor bigint not null default 0,
  planned jsonb not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (event_id, id)
);
comment on table refund_run is 'A mass refund of an event or some of its types: carried on by a job, order by order in the order of the ids.';
comment on column refund_run.last_order_id is 'The last order dealt with: where the next round goes on, also after a crash.';
comment on column refund_run.planned is 'The totals that the member saw and agreed to.';
create index refund_run_running on refund_run (event_id, id) where state = 'running';
create index refund_run_by_id on refund_run (id);

create table refund_policy (
  organizer_id uuid not null,
  event_id uuid,
  enabled boolean not null,
  until_days integer not null constraint refund_policy_until check (until_days between 0 and 365),
  kept_bp integer not null constraint refund_policy_kept check (kept_bp between 0 and 10000),
  version integer not null default 1,
  constraint refund_policy_once unique nulls not distinct (organizer_id, event_id)
);
comment on table refund_policy is 'Until when buyers may give tickets back themselves, and what is kept. The event''s own goes before the organizer''s (event_id null).';
comment on column refund_policy.kept_bp is 'In hundredths of a percent of what is given back.';
