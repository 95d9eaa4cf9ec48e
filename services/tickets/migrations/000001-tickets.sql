-- Stock and money. event_id leads every key that a sale touches, so that one event's rows lie together and the tables can be
-- partitioned or distributed by event without a change of query. No foreign key points at a row that all sales of an event
-- share (event, ticket_type, allotment): its check would lock that row once per order.

create table event (
  event_id uuid primary key,
  organizer_id uuid not null,
  version integer not null,
  status text not null constraint event_status check (status in ('draft', 'published', 'cancelled', 'deleted')),
  title jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  venue jsonb not null,
  closed_at timestamptz,
  settling boolean not null default false
);
comment on table event is 'Local copy of an event. Owner: events, whose messages keep it; a row is replaced only by a later version.';
comment on column event.status is 'Owner: events. A deleted event keeps its row, so that a late message cannot bring it back.';
comment on column event.closed_at is 'Ours: since when nothing of it is sold any more, for good (events is about to delete it).';
comment on column event.settling is 'Ours: the event was cancelled and some of its orders are still to be released or refunded.';
create index event_settling on event (event_id) where settling;

create table ticket_type (
  event_id uuid not null,
  id uuid not null,
  name jsonb not null,
  description jsonb,
  price_minor bigint not null constraint ticket_type_price check (price_minor >= 0),
  currency text not null constraint ticket_type_currency check (currency ~ '^[A-Z]{3}$'),
  min_per_order integer not null constraint ticket_type_minimum check (min_per_order >= 1),
  max_per_order integer not null,
  sales_start_at timestamptz,
  sales_end_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  primary key (event_id, id),
  constraint ticket_type_limits check (max_per_order >= min_per_order),
  constraint ticket_type_window check (sales_end_at > sales_start_at)
);
comment on table ticket_type is 'What is on sale for an event. All types of one event have one currency.';
comment on column ticket_type.sales_end_at is 'Null: on sale until the event ends.';
create index ticket_type_by_id on ticket_type (id);

create table allotment (
  event_id uuid not null,
  id uuid not null,
  ticket_type_id uuid,
  capacity integer not null,
  held integer not null default 0,
  sold integer not null default 0,
  primary key (event_id, id),
  constraint allotment_not_oversold check (held >= 0 and sold >= 0 and held + sold <= capacity)
) with (fillfactor = 50);
comment on table allotment is 'A limited pool of places, and the one row that arbitrates who gets them: lock it before deciding. Half-empty pages and no index on the counters, so that each update stays on its page (HOT).';
comment on column allotment.ticket_type_id is 'The type whose own capacity this is; null for a pool that several types share.';

create table ticket_type_allotment (
  event_id uuid not null,
  ticket_type_id uuid not null,
  allotment_id uuid not null,
  primary key (event_id, ticket_type_id, allotment_id)
);
comment on table ticket_type_allotment is 'Which pools a ticket of a type draws on, one place from each. Never changed once a type has orders, because a release gives back by it.';

create table orders (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  state text not null constraint orders_state check (state in ('held', 'confirmed', 'expired', 'cancelled', 'refunded')),
  number text,
  buyer_user_id uuid,
  buyer_name text,
  buyer_email text,
  locale text not null,
  currency text not null,
  total_minor bigint not null constraint orders_total check (total_minor >= 0),
  expires_at timestamptz not null,
  extensions integer not null default 0,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  ended_at timestamptz,
  version integer not null default 1,
  primary key (event_id, id)
) with (fillfactor = 80);
comment on table orders is 'One purchase, from the hold to the refund. The state moves as in src/orders/order-state.ts and only by "where state = …".';
comment on column orders.number is 'What people read to each other; unbroken per organizer, hence given at confirmation (see order_number).';
comment on column orders.buyer_user_id is 'Owner: accounts. Null for a guest, who holds the order secret instead.';
comment on column orders.expires_at is 'Deadline of the hold, by the database''s clock; says nothing once the order has left "held".';
comment on column orders.ended_at is 'When it expired, was cancelled or was refunded.';
create index orders_by_id on orders (id);
create index orders_due on orders (expires_at) where state = 'held';
create index orders_of_buyer on orders (buyer_user_id, id) where buyer_user_id is not null;

create table order_line (
  event_id uuid not null,
  order_id uuid not null,
  line_number integer not null,
  ticket_type_id uuid not null,
  type_name jsonb not null,
  quantity integer not null constraint order_line_quantity check (quantity >= 1),
  unit_price_minor bigint not null constraint order_line_price check (unit_price_minor >= 0),
  primary key (event_id, order_id, line_number)
);
comment on table order_line is 'What an order holds, at the name and price shown when it was placed.';
create index order_line_of_type on order_line (event_id, ticket_type_id);

create table payment (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  provider text not null,
  state text not null constraint payment_state check (state in ('pending', 'succeeded', 'failed', 'refunded')),
  amount_minor bigint not null constraint payment_amount check (amount_minor >= 0),
  currency text not null,
  return_url text,
  provider_reference text,
  redirect_url text,
  charged_minor bigint,
  charged_currency text,
  problem text,
  created_at timestamptz not null,
  settled_at timestamptz,
  next_check_at timestamptz not null,
  checks integer not null default 0,
  primary key (event_id, id)
);
comment on table payment is 'One attempt to pay an order. Written before the provider is called, with its id as the provider''s idempotency key, so that a crash between the two can be made good by asking.';
comment on column payment.provider_reference is 'The provider''s id; null until its answer was recorded.';
comment on column payment.return_url is 'Where the provider sends the buyer back. Forgotten once the provider knows it, because it holds the order''s secret.';
comment on column payment.charged_minor is 'What the provider says it took; differs from amount_minor only together with a problem.';
comment on column payment.problem is 'Why money that arrived did not confirm the order: amount-mismatch, late-payment, duplicate-payment, event-cancelled.';
comment on column payment.next_check_at is 'When we ask the provider ourselves while it is pending; also the lease of the process that asks.';
create index payment_by_id on payment (id);
create index payment_of_order on payment (event_id, order_id);
create unique index payment_one_pending on payment (event_id, order_id) where state = 'pending';
create index payment_due on payment (next_check_at) where state = 'pending';

create table payment_event (
  provider text not null,
  webhook_id text not null,
  received_at timestamptz not null default now(),
  primary key (provider, webhook_id)
);
comment on table payment_event is 'Webhooks that had their effect, written in its transaction, so that a repeated one has none. Only verified ones get here.';

create table refund (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  payment_id uuid not null,
  reason text not null constraint refund_reason check (reason in ('requested', 'event-cancelled', 'late-payment', 'duplicate-payment', 'amount-mismatch')),
  state text not null constraint refund_state check (state in ('pending', 'succeeded')),
  amount_minor bigint not null constraint refund_amount check (amount_minor >= 0),
  currency text not null,
  requested_by uuid,
  provider_reference text,
  created_at timestamptz not null,
  settled_at timestamptz,
  next_attempt_at timestamptz not null,
  attempts integer not null default 0,
  last_error text,
  primary key (event_id, id),
  constraint refund_once_per_payment unique (event_id, payment_id)
);
comment on table refund is 'Money on its way back. Written before the provider is called, with its id as the idempotency key; a job repeats the call until it is done.';
comment on column refund.requested_by is 'The member who asked; null when we did.';
create index refund_by_id on refund (id);
create index refund_of_order on refund (event_id, order_id);
create index refund_due on refund (next_attempt_at) where state = 'pending';

create table ticket (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  ticket_type_id uuid not null,
  line_number integer not null,
  holder_name text,
  code_version integer not null default 1,
  state text not null constraint ticket_state check (state in ('valid', 'void')),
  created_at timestamptz not null,
  primary key (event_id, id)
);
comment on table ticket is 'One admission. Its code is not stored: it is the signature of these ids.';
comment on column ticket.code_version is 'Raised when a ticket is issued anew, so that the old code no longer counts.';
create index ticket_of_order on ticket (event_id, order_id);

create table order_number (
  organizer_id uuid primary key,
  last_number bigint not null
) with (fillfactor = 50);
comment on table order_number is 'The last number given to an order of an organizer. Raised in the confirming transaction, as its last lock, so that the sequence has no gap.';

create table outbox (
  id bigint generated always as identity primary key,
  message_id uuid not null unique,
  type text not null,
  subject text not null,
  data jsonb not null,
  traceparent text,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_error text
);
comment on table outbox is 'Messages to be sent, written in the transaction that makes them true.';
create index outbox_unpublished on outbox (id) where published_at is null;

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (queue, message_id)
);
comment on table inbox is 'Messages that had their effect, so that a repeated one has none.';

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
comment on table idempotency_key is 'The first answer to each Idempotency-Key, stored with its effect.';
comment on column idempotency_key.scope is 'Who may replay it, and which operation.';

create table token_cutoff (
  user_id uuid primary key,
  issued_before timestamptz not null
);
comment on table token_cutoff is 'Access tokens issued earlier are refused. Owner of the facts: accounts.';
