-- What all migrations make together. Written by the tests (vitest -u); read the diff in a review.

create table allotment (
  event_id uuid not null,
  id uuid not null,
  ticket_type_id uuid,
  capacity integer not null,
  held integer default 0 not null,
  sold integer default 0 not null,
  kind text default 'type'::text not null,
  name jsonb,
  waiting integer default 0 not null,
  terms_version bigint default 1 not null,
  version integer default 1 not null,
  constraint allotment_kind CHECK ((kind = ANY (ARRAY['type'::text, 'shared'::text, 'event'::text, 'promo'::text]))),
  constraint allotment_not_oversold CHECK (((held >= 0) AND (sold >= 0) AND ((held + sold) <= capacity))),
  constraint allotment_waiting CHECK ((waiting >= 0)),
  constraint allotment_pkey PRIMARY KEY (event_id, id)
) with (fillfactor=50);
comment on table allotment is 'A limited pool of places, and the one row that arbitrates who gets them: lock it before deciding. Half-empty pages and no index on the counters, so that each update stays on its page (HOT).';
comment on column allotment.ticket_type_id is 'The type whose own capacity this is; null for a pool that several types share.';
comment on column allotment.kind is 'type: a type's own capacity; shared: of several types; event: of all types, also those to come; promo: the uses of a code.';
comment on column allotment.name is 'What the organizer calls a shared pool.';
comment on column allotment.waiting is 'Entries of the waiting list of this type that have had no offer yet: while there are any, its free places are theirs.';
comment on column allotment.terms_version is 'The same in all allotments of an event; raised, with all of them locked, by whatever changes what is sold and how.';
CREATE INDEX allotment_awaited ON public.allotment USING btree (event_id) WHERE (waiting > 0);
CREATE INDEX allotment_by_id ON public.allotment USING btree (id);

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
CREATE INDEX idempotency_key_by_age ON public.idempotency_key USING brin (created_at) WITH (pages_per_range='16', autosummarize='on');

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
  full_price_minor bigint,
  constraint order_line_price CHECK ((unit_price_minor >= 0)),
  constraint order_line_quantity CHECK ((quantity >= 1)),
  constraint order_line_pkey PRIMARY KEY (event_id, order_id, line_number)
);
comment on table order_line is 'What an order holds, at the name and price shown when it was placed.';
comment on column order_line.full_price_minor is 'The price without the code; null where none lowered it.';

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
  allotment_ids uuid[] default '{}'::uuid[] not null,
  allotment_places integer[] default '{}'::integer[] not null,
  promo_code_id uuid,
  promo_code text,
  buyer_key text,
  waiting_entry_id uuid,
  constraint orders_state CHECK ((state = ANY (ARRAY['held'::text, 'confirmed'::text, 'expired'::text, 'cancelled'::text, 'refunded'::text]))),
  constraint orders_total CHECK ((total_minor >= 0)),
  constraint orders_pkey PRIMARY KEY (event_id, id)
) with (fillfactor=80);
comment on table orders is 'One purchase, from the hold to the refund. The state moves as in src/orders/order-state.ts and only by "where state = …".';
comment on column orders.number is 'What people read to each other; unbroken per organizer, hence given at confirmation (see order_number).';
comment on column orders.buyer_user_id is 'Owner: accounts. Null for a guest, who holds the order secret instead.';
comment on column orders.expires_at is 'Deadline of the hold, by the database's clock; says nothing once the order has left "held".';
comment on column orders.ended_at is 'When it expired, was cancelled or was refunded.';
comment on column orders.allotment_places is 'Places taken from each of allotment_ids, in the same order.';
comment on column orders.promo_code is 'As the buyer typed it.';
comment on column orders.buyer_key is 'The buyer's e-mail address in lower case; only where a limit for each buyer counts it.';
comment on column orders.waiting_entry_id is 'The waiting list's entry to which this hold was offered.';
CREATE INDEX orders_by_id ON public.orders USING btree (id);
CREATE INDEX orders_due ON public.orders USING btree (expires_at) WHERE (state = 'held'::text);
CREATE INDEX orders_of_buyer ON public.orders USING btree (buyer_user_id, id) WHERE (buyer_user_id IS NOT NULL);
CREATE INDEX orders_of_buyer_key ON public.orders USING btree (event_id, buyer_key) WHERE (buyer_key IS NOT NULL);
CREATE INDEX orders_of_promo_code ON public.orders USING btree (event_id, promo_code_id) WHERE (promo_code_id IS NOT NULL);

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

create table promo_code (
  event_id uuid not null,
  id uuid not null,
  code text not null,
  discount_percent integer,
  discount_minor bigint,
  ticket_type_ids uuid[] default '{}'::uuid[] not null,
  unlocks boolean default false not null,
  allotment_id uuid,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  active boolean default true not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint promo_code_amount CHECK ((discount_minor > 0)),
  constraint promo_code_one_discount CHECK (((discount_percent IS NULL) OR (discount_minor IS NULL))),
  constraint promo_code_percent CHECK (((discount_percent >= 1) AND (discount_percent <= 100))),
  constraint promo_code_window CHECK ((ends_at > starts_at)),
  constraint promo_code_pkey PRIMARY KEY (event_id, id)
);
comment on table promo_code is 'Lowers prices, or opens hidden types (an access code), or both.';
comment on column promo_code.code is 'As the organizer wrote it. Compared by upper(code).';
comment on column promo_code.ticket_type_ids is 'The types it is for; empty: all that are not hidden.';
comment on column promo_code.allotment_id is 'The pool of its uses, one for each ticket that it was for; null: any number.';
CREATE INDEX promo_code_by_id ON public.promo_code USING btree (id);
CREATE UNIQUE INDEX promo_code_by_code ON public.promo_code USING btree (event_id, upper(code));

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
  hidden boolean default false not null,
  paused boolean default false not null,
  max_per_buyer integer,
  pricing text default 'fixed'::text not null,
  suggested_price_minor bigint,
  add_on_to uuid[] default '{}'::uuid[] not null,
  max_per_ticket integer,
  constraint ticket_type_currency CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint ticket_type_limits CHECK ((max_per_order >= min_per_order)),
  constraint ticket_type_max_per_buyer CHECK ((max_per_buyer >= 1)),
  constraint ticket_type_max_per_ticket CHECK ((max_per_ticket >= 1)),
  constraint ticket_type_minimum CHECK ((min_per_order >= 1)),
  constraint ticket_type_price CHECK ((price_minor >= 0)),
  constraint ticket_type_pricing CHECK ((pricing = ANY (ARRAY['fixed'::text, 'chosen'::text]))),
  constraint ticket_type_suggestion CHECK (((suggested_price_minor IS NULL) OR ((pricing = 'chosen'::text) AND (suggested_price_minor >= price_minor)))),
  constraint ticket_type_window CHECK ((sales_end_at > sales_start_at)),
  constraint ticket_type_pkey PRIMARY KEY (event_id, id)
);
comment on table ticket_type is 'What is on sale for an event. All types of one event have one currency.';
comment on column ticket_type.sales_end_at is 'Null: on sale until the event ends.';
comment on column ticket_type.hidden is 'Seen and bought only with a code that unlocks it.';
comment on column ticket_type.max_per_buyer is 'Over all orders of one buyer that are held or confirmed. Orders then need the buyer's e-mail address when they are placed.';
comment on column ticket_type.pricing is 'chosen: the buyer names the price, price_minor is the least.';
comment on column ticket_type.add_on_to is 'Types of which the same order must have one; empty: sold by itself.';
comment on column ticket_type.max_per_ticket is 'How many of an add-on one ticket of those types allows; null: any number.';
CREATE INDEX ticket_type_by_id ON public.ticket_type USING btree (id);

create table ticket_type_allotment (
  event_id uuid not null,
  ticket_type_id uuid not null,
  allotment_id uuid not null,
  constraint ticket_type_allotment_pkey PRIMARY KEY (event_id, ticket_type_id, allotment_id)
);
comment on table ticket_type_allotment is 'Which pools a ticket of a type draws on, one place from each.';
CREATE INDEX ticket_type_allotment_of_pool ON public.ticket_type_allotment USING btree (event_id, allotment_id);

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);
comment on table token_cutoff is 'Access tokens issued earlier are refused. Owner of the facts: accounts.';

create table waiting_entry (
  event_id uuid not null,
  id uuid not null,
  ticket_type_id uuid not null,
  email text,
  quantity integer not null,
  locale text not null,
  state text not null,
  order_id uuid,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint waiting_entry_offer CHECK (((state = 'offered'::text) = (order_id IS NOT NULL))),
  constraint waiting_entry_quantity CHECK ((quantity >= 1)),
  constraint waiting_entry_reachable CHECK (((state <> 'waiting'::text) OR (email IS NOT NULL))),
  constraint waiting_entry_state CHECK ((state = ANY (ARRAY['waiting'::text, 'offered'::text, 'left'::text]))),
  constraint waiting_entry_pkey PRIMARY KEY (event_id, id)
);
comment on table waiting_entry is 'Who waits for places of a sold-out type; served in the order of the ids.';
comment on column waiting_entry.email is 'Null once nobody needs it: at once for those who left, a month after the event for the others.';
comment on column waiting_entry.order_id is 'The hold that was offered; what became of it is its state.';
CREATE INDEX waiting_entry_by_id ON public.waiting_entry USING btree (id);
CREATE INDEX waiting_entry_next ON public.waiting_entry USING btree (event_id, ticket_type_id, id) WHERE (state = 'waiting'::text);
CREATE INDEX waiting_entry_of_address ON public.waiting_entry USING btree (lower(email)) WHERE (email IS NOT NULL);
CREATE UNIQUE INDEX waiting_entry_once ON public.waiting_entry USING btree (event_id, ticket_type_id, lower(email)) WHERE (state = 'waiting'::text);
