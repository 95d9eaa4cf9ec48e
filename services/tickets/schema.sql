-- What all migrations make together. Written by the tests (vitest -u); read the diff in a review.

create table allotment (
  event_id uuid not null,
  id uuid not null,
  ticket_type_id uuid,
  capacity integer not null,
  held integer default 0 not null,
  sold integer default 0 not null,
  constraint allotment_not_oversold CHECK (((held >= 0) AND (sold >= 0) AND ((held + sold) <= capacity))),
  constraint allotment_pkey PRIMARY KEY (event_id, id)
) with (fillfactor=50);
comment on table allotment is 'A limited pool of places, and the one row that arbitrates who gets them: lock it before deciding. Half-empty pages and no index on the counters, so that each update stays on its page (HOT).';
comment on column allotment.ticket_type_id is 'The type whose own capacity this is; null for a pool that several types share.';

create table event (
  event_id uuid not null,
  organizer_id uuid not null,
  version integer not null,
  status text not null,
  title jsonb not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  venue jsonb not null,
  closed_at timestamp with time zone,
  settling boolean default false not null,
  constraint event_status CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'cancelled'::text, 'deleted'::text]))),
  constraint event_pkey PRIMARY KEY (event_id)
);
comment on table event is 'Local copy of an event. Owner: events, whose messages keep it; a row is replaced only by a later version.';
comment on column event.status is 'Owner: events. A deleted event keeps its row, so that a late message cannot bring it back.';
comment on column event.closed_at is 'Ours: since when nothing of it is sold any more, for good (events is about to delete it).';
comment on column event.settling is 'Ours: the event was cancelled and some of its orders are still to be released or refunded.';
CREATE INDEX event_settling ON public.event USING btree (event_id) WHERE settling;

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_key_pkey PRIMARY KEY (scope, key)
);
comment on table idempotency_key is 'The first answer to each Idempotency-Key, stored with its effect.';
comment on column idempotency_key.scope is 'Who may replay it, and which operation.';

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_pkey PRIMARY KEY (queue, message_id)
);
comment on table inbox is 'Messages that had their effect, so that a repeated one has none.';

create table order_line (
  event_id uuid not null,
  order_id uuid not null,
  line_number integer not null,
  ticket_type_id uuid not null,
  type_name jsonb not null,
  quantity integer not null,
  unit_price_minor bigint not null,
  constraint order_line_price CHECK ((unit_price_minor >= 0)),
  constraint order_line_quantity CHECK ((quantity >= 1)),
  constraint order_line_pkey PRIMARY KEY (event_id, order_id, line_number)
);
comment on table order_line is 'What an order holds, at the name and price shown when it was placed.';
CREATE INDEX order_line_of_type ON public.order_line USING btree (event_id, ticket_type_id);

create table order_number (
  organizer_id uuid not null,
  last_number bigint not null,
  constraint order_number_pkey PRIMARY KEY (organizer_id)
) with (fillfactor=50);
comment on table order_number is 'The last number given to an order of an organizer. Raised in the confirming transaction, as its last lock, so that the sequence has no gap.';

create table orders (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  state text not null,
  number text,
  buyer_user_id uuid,
  buyer_name text,
  buyer_email text,
  locale text not null,
  currency text not null,
  total_minor bigint not null,
  expires_at timestamp with time zone not null,
  extensions integer default 0 not null,
  created_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  ended_at timestamp with time zone,
  version integer default 1 not null,
  constraint orders_state CHECK ((state = ANY (ARRAY['held'::text, 'confirmed'::text, 'expired'::text, 'cancelled'::text, 'refunded'::text]))),
  constraint orders_total CHECK ((total_minor >= 0)),
  constraint orders_pkey PRIMARY KEY (event_id, id)
) with (fillfactor=80);
comment on table orders is 'One purchase, from the hold to the refund. The state moves as in src/orders/order-state.ts and only by "where state = …".';
comment on column orders.number is 'What people read to each other; unbroken per organizer, hence given at confirmation (see order_number).';
comment on column orders.buyer_user_id is 'Owner: accounts. Null for a guest, who holds the order secret instead.';
comment on column orders.expires_at is 'Deadline of the hold, by the database's clock; says nothing once the order has left "held".';
comment on column orders.ended_at is 'When it expired, was cancelled or was refunded.';
CREATE INDEX orders_by_id ON public.orders USING btree (id);
CREATE INDEX orders_due ON public.orders USING btree (expires_at) WHERE (state = 'held'::text);
CREATE INDEX orders_of_buyer ON public.orders USING btree (buyer_user_id, id) WHERE (buyer_user_id IS NOT NULL);

create table outbox (
  id bigint generated always as identity not null,
  message_id uuid not null,
  type text not null,
  subject text not null,
  data jsonb not null,
  traceparent text,
  created_at timestamp with time zone default now() not null,
  published_at timestamp with time zone,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone default now() not null,
  last_error text,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_message_id_key UNIQUE (message_id)
);
comment on table outbox is 'Messages to be sent, written in the transaction that makes them true.';
CREATE INDEX outbox_unpublished ON public.outbox USING btree (id) WHERE (published_at IS NULL);

create table payment (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  provider text not null,
  state text not null,
  amount_minor bigint not null,
  currency text not null,
  return_url text,
  provider_reference text,
  redirect_url text,
  charged_minor bigint,
  charged_currency text,
  problem text,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  next_check_at timestamp with time zone not null,
  checks integer default 0 not null,
  constraint payment_amount CHECK ((amount_minor >= 0)),
  constraint payment_state CHECK ((state = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'refunded'::text]))),
  constraint payment_pkey PRIMARY KEY (event_id, id)
);
comment on table payment is 'One attempt to pay an order. Written before the provider is called, with its id as the provider's idempotency key, so that a crash between the two can be made good by asking.';
comment on column payment.return_url is 'Where the provider sends the buyer back. Forgotten once the provider knows it, because it holds the order's secret.';
comment on column payment.provider_reference is 'The provider's id; null until its answer was recorded.';
comment on column payment.charged_minor is 'What the provider says it took; differs from amount_minor only together with a problem.';
comment on column payment.problem is 'Why money that arrived did not confirm the order: amount-mismatch, late-payment, duplicate-payment, event-cancelled.';
comment on column payment.next_check_at is 'When we ask the provider ourselves while it is pending; also the lease of the process that asks.';
CREATE INDEX payment_by_id ON public.payment USING btree (id);
CREATE INDEX payment_due ON public.payment USING btree (next_check_at) WHERE (state = 'pending'::text);
CREATE INDEX payment_of_order ON public.payment USING btree (event_id, order_id);
CREATE UNIQUE INDEX payment_one_pending ON public.payment USING btree (event_id, order_id) WHERE (state = 'pending'::text);

create table payment_event (
  provider text not null,
  webhook_id text not null,
  received_at timestamp with time zone default now() not null,
  constraint payment_event_pkey PRIMARY KEY (provider, webhook_id)
);
comment on table payment_event is 'Webhooks that had their effect, written in its transaction, so that a repeated one has none. Only verified ones get here.';

create table refund (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  payment_id uuid not null,
  reason text not null,
  state text not null,
  amount_minor bigint not null,
  currency text not null,
  requested_by uuid,
  provider_reference text,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  next_attempt_at timestamp with time zone not null,
  attempts integer default 0 not null,
  last_error text,
  constraint refund_amount CHECK ((amount_minor >= 0)),
  constraint refund_reason CHECK ((reason = ANY (ARRAY['requested'::text, 'event-cancelled'::text, 'late-payment'::text, 'duplicate-payment'::text, 'amount-mismatch'::text]))),
  constraint refund_state CHECK ((state = ANY (ARRAY['pending'::text, 'succeeded'::text]))),
  constraint refund_pkey PRIMARY KEY (event_id, id),
  constraint refund_once_per_payment UNIQUE (event_id, payment_id)
);
comment on table refund is 'Money on its way back. Written before the provider is called, with its id as the idempotency key; a job repeats the call until it is done.';
comment on column refund.requested_by is 'The member who asked; null when we did.';
CREATE INDEX refund_by_id ON public.refund USING btree (id);
CREATE INDEX refund_due ON public.refund USING btree (next_attempt_at) WHERE (state = 'pending'::text);
CREATE INDEX refund_of_order ON public.refund USING btree (event_id, order_id);

create table ticket (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  ticket_type_id uuid not null,
  line_number integer not null,
  holder_name text,
  code_version integer default 1 not null,
  state text not null,
  created_at timestamp with time zone not null,
  constraint ticket_state CHECK ((state = ANY (ARRAY['valid'::text, 'void'::text]))),
  constraint ticket_pkey PRIMARY KEY (event_id, id)
);
comment on table ticket is 'One admission. Its code is not stored: it is the signature of these ids.';
comment on column ticket.code_version is 'Raised when a ticket is issued anew, so that the old code no longer counts.';
CREATE INDEX ticket_of_order ON public.ticket USING btree (event_id, order_id);

create table ticket_type (
  event_id uuid not null,
  id uuid not null,
  name jsonb not null,
  description jsonb,
  price_minor bigint not null,
  currency text not null,
  min_per_order integer not null,
  max_per_order integer not null,
  sales_start_at timestamp with time zone,
  sales_end_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint ticket_type_currency CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint ticket_type_limits CHECK ((max_per_order >= min_per_order)),
  constraint ticket_type_minimum CHECK ((min_per_order >= 1)),
  constraint ticket_type_price CHECK ((price_minor >= 0)),
  constraint ticket_type_window CHECK ((sales_end_at > sales_start_at)),
  constraint ticket_type_pkey PRIMARY KEY (event_id, id)
);
comment on table ticket_type is 'What is on sale for an event. All types of one event have one currency.';
comment on column ticket_type.sales_end_at is 'Null: on sale until the event ends.';
CREATE INDEX ticket_type_by_id ON public.ticket_type USING btree (id);

create table ticket_type_allotment (
  event_id uuid not null,
  ticket_type_id uuid not null,
  allotment_id uuid not null,
  constraint ticket_type_allotment_pkey PRIMARY KEY (event_id, ticket_type_id, allotment_id)
);
comment on table ticket_type_allotment is 'Which pools a ticket of a type draws on, one place from each. Never changed once a type has orders, because a release gives back by it.';

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);
comment on table token_cutoff is 'Access tokens issued earlier are refused. Owner of the facts: accounts.';
