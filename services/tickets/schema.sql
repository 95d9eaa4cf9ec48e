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

create table bank_entry (
  id uuid not null,
  account_id uuid not null,
  source text not null,
  row_digest bytea not null,
  booked_on date not null,
  amount_minor bigint not null,
  currency text not null,
  text text not null,
  outcome text not null,
  payment_id uuid,
  recorded_by uuid not null,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  note text,
  closed_by uuid,
  closed_at timestamp with time zone,
  constraint bank_entry_outcome CHECK ((outcome = ANY (ARRAY['paid'::text, 'part'::text, 'wrong-amount'::text, 'paid-already'::text, 'unmatched'::text, 'sent-back'::text, 'recorded-before'::text]))),
  constraint bank_entry_source CHECK ((source = ANY (ARRAY['statement'::text, 'hand'::text]))),
  constraint bank_entry_pkey PRIMARY KEY (id),
  constraint bank_entry_once UNIQUE (account_id, row_digest)
);
comment on table bank_entry is 'Money that arrived at the bank, from a statement or told by a member.';
comment on column bank_entry.row_digest is 'Of the row of the statement, and of which of several equal ones it is: the same row imported again has no second effect.';
comment on column bank_entry.outcome is '`part`: pays together with the one that is `paid`. `wrong-amount`, `paid-already`, `unmatched` wait for a person, who assigns them to a payment, or closes them: `sent-back`, or `recorded-before` (the same money was told by hand).';
comment on column bank_entry.payment_id is 'The payment that it names; for `paid` the one that it pays.';
comment on column bank_entry.settled_at is 'When its payment was settled with it; a job makes up for a crash in between.';
comment on column bank_entry.note is 'What the person who closed it wrote of it.';
CREATE INDEX bank_entry_of_account ON public.bank_entry USING btree (account_id, id);
CREATE INDEX bank_entry_of_payment ON public.bank_entry USING btree (payment_id);
CREATE INDEX bank_entry_to_settle ON public.bank_entry USING btree (id) WHERE ((outcome = 'paid'::text) AND (settled_at IS NULL));
CREATE UNIQUE INDEX bank_entry_pays_once ON public.bank_entry USING btree (payment_id) WHERE (outcome = 'paid'::text);

create table bank_transfer (
  payment_id uuid not null,
  account_id uuid not null,
  reference text not null,
  amount_minor bigint not null,
  currency text not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint bank_transfer_pkey PRIMARY KEY (payment_id),
  constraint bank_transfer_reference UNIQUE (reference)
);
comment on table bank_transfer is 'A payment that the buyer makes at the bank.';
comment on column bank_transfer.reference is 'What the buyer writes on it: an ISO 11649 creditor reference, whose check digits catch a slip of the pen.';
comment on column bank_transfer.closed_at is 'Since when it is no longer expected. If it comes all the same, it is a late payment.';
CREATE INDEX bank_transfer_of_account ON public.bank_transfer USING btree (account_id, payment_id);

create table check_in (
  event_id uuid not null,
  ticket_id uuid not null,
  checked_in_by uuid not null,
  checked_in_at timestamp with time zone not null,
  constraint check_in_pkey PRIMARY KEY (event_id, ticket_id)
);
comment on table check_in is 'Who has come in: one row for a ticket. Written with the ticket locked, as it is by the refund that makes it void.';

create table dispute (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  payment_id uuid not null,
  provider text not null,
  provider_reference text not null,
  state text not null,
  amount_minor bigint not null,
  currency text not null,
  reason text not null,
  respond_by timestamp with time zone,
  opened_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint dispute_amount CHECK ((amount_minor > 0)),
  constraint dispute_closed CHECK (((state = 'open'::text) = (closed_at IS NULL))),
  constraint dispute_state CHECK ((state = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text]))),
  constraint dispute_pkey PRIMARY KEY (event_id, id),
  constraint dispute_once UNIQUE (event_id, payment_id, provider_reference)
);
comment on table dispute is 'A buyer who takes the money of a payment back through the bank or the provider. While it is open or lost, that money cannot be refunded.';
comment on column dispute.reason is 'In the provider's words.';
comment on column dispute.respond_by is 'Until when one may answer it, with the provider.';
CREATE INDEX dispute_by_id ON public.dispute USING btree (id);

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
CREATE INDEX event_of_organizer ON public.event USING btree (organizer_id);
CREATE INDEX event_settling ON public.event USING btree (event_id) WHERE settling;

create table fee_policy (
  organizer_id uuid not null,
  currency text not null,
  paid_by text not null,
  percent_bp integer not null,
  fixed_minor bigint not null,
  vat_rate_id uuid,
  version integer default 1 not null,
  constraint fee_policy_currency CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint fee_policy_fixed CHECK ((fixed_minor >= 0)),
  constraint fee_policy_paid_by CHECK ((paid_by = ANY (ARRAY['buyer'::text, 'organizer'::text]))),
  constraint fee_policy_percent CHECK (((percent_bp >= 0) AND (percent_bp <= 10000))),
  constraint fee_policy_pkey PRIMARY KEY (organizer_id, currency)
);
comment on table fee_policy is 'The fee of each ticket that is not free, for the events in this currency. VAT is in it.';
comment on column fee_policy.paid_by is 'buyer: on top of the ticket's price, and shown in it; organizer: the price already covers it.';

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
CREATE INDEX idempotency_key_by_age ON public.idempotency_key USING btree (created_at);

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_pkey PRIMARY KEY (queue, message_id)
);
comment on table inbox is 'Messages that had their effect, so that a repeated one has none.';

create table invoice (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  kind text not null,
  number bigint not null,
  order_id uuid not null,
  refund_id uuid,
  currency text not null,
  total_minor bigint not null,
  content jsonb not null,
  issued_at timestamp with time zone not null,
  mode text not null,
  constraint invoice_kind CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit-note'::text]))),
  constraint invoice_mode CHECK ((mode = ANY (ARRAY['test'::text, 'live'::text]))),
  constraint invoice_of_refund CHECK (((kind = 'credit-note'::text) = (refund_id IS NOT NULL))),
  constraint invoice_total CHECK ((total_minor > 0)),
  constraint invoice_pkey PRIMARY KEY (event_id, id),
  constraint invoice_numbered_once UNIQUE (organizer_id, mode, kind, number)
);
comment on table invoice is 'Papers as they were issued, and never changed. A free order has none.';
comment on column invoice.total_minor is 'Of a credit note: what is given back.';
comment on column invoice.content is 'All that the paper says. The seller is null until the organizer says who sells: until then it is shown to nobody.';
comment on column invoice.mode is 'Of the payment that bought the order. test: no money moved, and the paper says that it is none. Each mode and kind has its own series.';
CREATE INDEX credit_note_of_order ON public.invoice USING btree (event_id, order_id) WHERE (kind = 'credit-note'::text);
CREATE INDEX invoice_by_id ON public.invoice USING btree (id);
CREATE INDEX invoice_of_organizer ON public.invoice USING btree (organizer_id, id);
CREATE UNIQUE INDEX credit_note_once ON public.invoice USING btree (event_id, refund_id) WHERE (kind = 'credit-note'::text);
CREATE UNIQUE INDEX invoice_once ON public.invoice USING btree (event_id, order_id) WHERE (kind = 'invoice'::text);

create table ledger_transaction (
  source_id uuid not null,
  kind text not null,
  organizer_id uuid not null,
  event_id uuid,
  order_id uuid,
  currency text not null,
  accounts text[] not null,
  amounts bigint[] not null,
  occurred_at timestamp with time zone not null,
  constraint ledger_transaction_balances CHECK (ledger_balances(amounts)),
  constraint ledger_transaction_kind CHECK ((kind = ANY (ARRAY['charge'::text, 'sale'::text, 'refund-promised'::text, 'refund-paid'::text, 'refund-failed'::text, 'dispute-opened'::text, 'dispute-won'::text, 'dispute-lost'::text, 'manual'::text, 'entry-arrived'::text, 'entry-assigned'::text, 'entry-closed'::text]))),
  constraint ledger_transaction_whole CHECK (((cardinality(accounts) = cardinality(amounts)) AND (cardinality(accounts) >= 2))),
  constraint ledger_transaction_pkey PRIMARY KEY (source_id, kind)
);
comment on table ledger_transaction is 'One movement of money. What caused it and the kind are its identity, so that a repetition has no second effect.';
comment on column ledger_transaction.source_id is 'The payment, order, refund, dispute or entry at the bank that it is about.';
comment on column ledger_transaction.amounts is 'Debits positive, credits negative, one for each of "accounts". Arrays, because a sale then writes one row instead of four, and the constraint sees all of it.';
CREATE INDEX ledger_transaction_of_order ON public.ledger_transaction USING btree (order_id);
CREATE INDEX ledger_transaction_of_organizer ON public.ledger_transaction USING btree (organizer_id, occurred_at, source_id, kind);
CREATE TRIGGER ledger_transaction_is_final BEFORE DELETE OR UPDATE ON public.ledger_transaction FOR EACH ROW EXECUTE FUNCTION ledger_is_final();

create table order_line (
  event_id uuid not null,
  order_id uuid not null,
  line_number integer not null,
  ticket_type_id uuid not null,
  type_name jsonb not null,
  quantity integer not null,
  unit_price_minor bigint not null,
  full_price_minor bigint,
  void_quantity integer default 0 not null,
  unit_fee_minor bigint default 0 not null,
  vat_bp integer,
  fee_vat_bp integer,
  constraint order_line_fee CHECK ((unit_fee_minor >= 0)),
  constraint order_line_price CHECK ((unit_price_minor >= 0)),
  constraint order_line_quantity CHECK ((quantity >= 1)),
  constraint order_line_void CHECK (((void_quantity >= 0) AND (void_quantity <= quantity))),
  constraint order_line_pkey PRIMARY KEY (event_id, order_id, line_number)
);
comment on table order_line is 'What an order holds, at the name and price shown when it was placed.';
comment on column order_line.unit_price_minor is 'What the ticket costs, VAT included, after the code.';
comment on column order_line.full_price_minor is 'The price without the code; null where none lowered it.';
comment on column order_line.void_quantity is 'Tickets of the line that refunds have made void. What the order still draws on is quantity - void_quantity.';
comment on column order_line.unit_fee_minor is 'What the buyer pays on top for each ticket, VAT included; 0 when the organizer bears it.';
comment on column order_line.vat_bp is 'VAT contained in the ticket's price, in basis points, as of the hold; null: none.';
comment on column order_line.fee_vat_bp is 'The same of the fee.';

create table order_number (
  organizer_id uuid not null,
  last_number bigint default 0 not null,
  last_invoice bigint default 0 not null,
  last_credit_note bigint default 0 not null,
  last_issued_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  last_test_invoice bigint default 0 not null,
  last_test_credit_note bigint default 0 not null,
  constraint order_number_pkey PRIMARY KEY (organizer_id)
) with (fillfactor=50);
comment on table order_number is 'The last numbers given by an organizer: of orders, and of invoices and credit notes, each also for test money. Raised as the last lock of the transaction that gives them, so that no sequence has a gap.';
comment on column order_number.last_issued_at is 'Of the latest invoice or credit note, so that a later number never bears an earlier time.';

create table order_recipient_change (
  event_id uuid not null,
  order_id uuid not null,
  number integer not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  request_digest bytea,
  constraint order_recipient_change_counts CHECK ((number >= 1)),
  constraint order_recipient_change_pkey PRIMARY KEY (event_id, order_id, number)
);
comment on table order_recipient_change is 'Each time that the address of a confirmed order was corrected. Holds no address: the old one is a stranger's, the new one stands with the order.';
comment on column order_recipient_change.changed_by is 'buyer, or the id of the member.';
comment on column order_recipient_change.request_digest is 'Of the Idempotency-Key, key and address with which it was asked: who asks the same again, with the key that this made old, gets the answer again.';

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
  refunded_minor bigint default 0 not null,
  buyer_phone text,
  consents jsonb,
  secret_version integer default 0 not null,
  constraint orders_phone CHECK ((buyer_phone ~ '^\+[1-9][0-9]{6,14}$'::text)),
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
comment on column orders.refunded_minor is 'Promised back of the money that bought the order, whether it has arrived yet or not: the sum of such refunds of every state.';
comment on column orders.buyer_phone is 'E.164, when the buyer wants SMS; erased with the name.';
comment on column orders.consents is 'The boxes that the buyer ticked, each with the words beside it and the time; notifications takes them over once the order is confirmed. Null: none.';
comment on column orders.secret_version is 'Raised when the address is corrected: who got the mails before has a key that no longer opens anything.';
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
CREATE INDEX outbox_fresh ON public.outbox USING btree (id) WHERE ((published_at IS NULL) AND (last_error IS NULL));
CREATE INDEX outbox_put_off ON public.outbox USING btree (id, next_attempt_at) WHERE ((published_at IS NULL) AND (last_error IS NOT NULL));
CREATE INDEX outbox_refused ON public.outbox USING btree (subject, next_attempt_at) WHERE ((published_at IS NULL) AND (last_error IS NOT NULL));

create table outbox_republish (
  id bigint generated always as identity not null,
  reason text not null,
  since timestamp with time zone not null,
  last_id bigint not null,
  after_id bigint default 0 not null,
  requested_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint outbox_republish_pkey PRIMARY KEY (id)
);
comment on table outbox_republish is 'What was published and is to be sent again, because the broker or a queue lost it. Worked off by the relay before anything new, page by page.';
comment on column outbox_republish.since is 'Only what was published at this instant or later.';
comment on column outbox_republish.last_id is 'The last outbox row that may have been lost; later ones met the broker as it is now.';
comment on column outbox_republish.after_id is 'Rows up to this one have been sent again.';
CREATE INDEX outbox_republish_open ON public.outbox_republish USING btree (id) WHERE (finished_at IS NULL);

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
  account_id uuid,
  mode text,
  constraint payment_amount CHECK ((amount_minor >= 0)),
  constraint payment_mode CHECK ((mode = ANY (ARRAY['test'::text, 'live'::text]))),
  constraint payment_state CHECK ((state = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'refunded'::text]))),
  constraint payment_pkey PRIMARY KEY (event_id, id)
);
comment on table payment is 'One attempt to pay an order. Written before the provider is called, with its id as the provider's idempotency key, so that a crash between the two can be made good by asking.';
comment on column payment.return_url is 'Where the provider sends the buyer back. Forgotten once the provider knows it, because it holds the order's secret.';
comment on column payment.provider_reference is 'The provider's id; null until its answer was recorded.';
comment on column payment.charged_minor is 'What the provider says it took; differs from amount_minor only together with a problem.';
comment on column payment.problem is 'Why money that arrived did not confirm the order: amount-mismatch, late-payment, duplicate-payment, event-cancelled.';
comment on column payment.next_check_at is 'When we ask the provider ourselves while it is pending; also the lease of the process that asks.';
comment on column payment.account_id is 'The organizer's account at the provider; null for the simulated provider and for what is free.';
comment on column payment.mode is 'Whether money moves; null where there is nothing to pay.';
CREATE INDEX payment_by_id ON public.payment USING btree (id);
CREATE INDEX payment_due ON public.payment USING btree (next_check_at) WHERE (state = 'pending'::text);
CREATE INDEX payment_of_account ON public.payment USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX payment_of_order ON public.payment USING btree (event_id, order_id);
CREATE UNIQUE INDEX payment_one_pending ON public.payment USING btree (event_id, order_id) WHERE (state = 'pending'::text);

create table payment_account (
  id uuid not null,
  organizer_id uuid not null,
  provider text not null,
  mode text not null,
  settings jsonb not null,
  secrets bytea not null,
  enabled boolean default false not null,
  last_checked_at timestamp with time zone,
  last_problem jsonb,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint payment_account_mode CHECK ((mode = ANY (ARRAY['test'::text, 'live'::text]))),
  constraint payment_account_provider CHECK ((provider = ANY (ARRAY['stripe'::text, 'paypal'::text, 'bank-transfer'::text]))),
  constraint payment_account_pkey PRIMARY KEY (id)
);
comment on table payment_account is 'An organizer's account at a payment provider.';
comment on column payment_account.settings is 'What may be shown.';
comment on column payment_account.secrets is 'Sealed: AES-256-GCM under a key derived from TICKETS_SEALING_SECRET, bound to this row. Never in an answer or a log.';
comment on column payment_account.last_problem is 'What the provider said at the last check; null when all was well.';
CREATE INDEX payment_account_of_organizer ON public.payment_account USING btree (organizer_id, id);
CREATE UNIQUE INDEX payment_account_one_enabled ON public.payment_account USING btree (organizer_id, provider) WHERE enabled;

create table payment_event (
  provider text not null,
  webhook_id text not null,
  received_at timestamp with time zone default now() not null,
  account_id uuid,
  constraint payment_event_once UNIQUE NULLS NOT DISTINCT (provider, account_id, webhook_id)
);
comment on table payment_event is 'Webhooks that had their effect, written in its transaction, so that a repeated one has none. Only verified ones get here.';
CREATE INDEX payment_event_by_age ON public.payment_event USING brin (received_at) WITH (pages_per_range='16', autosummarize='on');

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

create table reconciliation_difference (
  id uuid not null,
  organizer_id uuid not null,
  event_id uuid not null,
  kind text not null,
  subject_id uuid not null,
  order_id uuid,
  currency text,
  expected bigint,
  actual bigint,
  detail jsonb default '{}'::jsonb not null,
  state text not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  repaired_by uuid,
  last_error text,
  constraint reconciliation_difference_state CHECK ((state = ANY (ARRAY['open'::text, 'repaired'::text, 'gone'::text]))),
  constraint reconciliation_difference_pkey PRIMARY KEY (id)
);
comment on table reconciliation_difference is 'Two books that do not agree on one thing. Kinds: src/reconciliation/kinds.ts.';
comment on column reconciliation_difference.expected is 'What the first of the two books says: minor units of currency, or a number where there is none.';
comment on column reconciliation_difference.state is 'gone: no longer there when the books were compared again, whatever the reason.';
CREATE INDEX reconciliation_difference_of_organizer ON public.reconciliation_difference USING btree (organizer_id, id);
CREATE UNIQUE INDEX reconciliation_difference_once ON public.reconciliation_difference USING btree (event_id, kind, subject_id) WHERE (state = 'open'::text);

create table reconciliation_run (
  id uuid not null,
  organizer_id uuid not null,
  trigger text not null,
  day date,
  since timestamp with time zone not null,
  repair boolean default false not null,
  requested_by uuid,
  requested_at timestamp with time zone not null,
  started_at timestamp with time zone,
  leased_until timestamp with time zone,
  finished_at timestamp with time zone,
  events integer default 0 not null,
  payments_asked integer default 0 not null,
  payments_unasked integer default 0 not null,
  found integer default 0 not null,
  repaired integer default 0 not null,
  constraint reconciliation_run_daily CHECK (((trigger = 'daily'::text) = (day IS NOT NULL))),
  constraint reconciliation_run_trigger CHECK ((trigger = ANY (ARRAY['daily'::text, 'member'::text, 'command'::text]))),
  constraint reconciliation_run_pkey PRIMARY KEY (id)
);
comment on table reconciliation_run is 'One comparison of all books of an organizer.';
comment on column reconciliation_run.since is 'Payments and refunds that were settled earlier were not asked for at the provider again.';
comment on column reconciliation_run.leased_until is 'Of the process at work, renewed after each event; later, another begins the run anew.';
comment on column reconciliation_run.payments_unasked is 'Their provider did not answer, or is no longer set up.';
CREATE INDEX reconciliation_run_of_organizer ON public.reconciliation_run USING btree (organizer_id, id);
CREATE INDEX reconciliation_run_unfinished ON public.reconciliation_run USING btree (requested_at) WHERE (finished_at IS NULL);
CREATE UNIQUE INDEX reconciliation_run_of_day ON public.reconciliation_run USING btree (organizer_id, day) WHERE (trigger = 'daily'::text);
CREATE UNIQUE INDEX reconciliation_run_one_waiting ON public.reconciliation_run USING btree (organizer_id) WHERE ((trigger = 'member'::text) AND (finished_at IS NULL));

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
  ends_order boolean default false not null,
  run_id uuid,
  note text,
  series integer default 1 not null,
  settled_by uuid,
  constraint refund_amount CHECK ((amount_minor >= 0)),
  constraint refund_reason CHECK ((reason = ANY (ARRAY['requested'::text, 'event-cancelled'::text, 'late-payment'::text, 'duplicate-payment'::text, 'amount-mismatch'::text, 'self-service'::text]))),
  constraint refund_state CHECK ((state = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))),
  constraint refund_pkey PRIMARY KEY (event_id, id)
);
comment on table refund is 'Money on its way back. Written before the provider is called, with its id as the idempotency key; a job repeats the call until it is done.';
comment on column refund.state is 'failed: the provider refused for good. The money is still owed, and counts: the refund is tried again or settled by hand.';
comment on column refund.requested_by is 'The member who asked; null when we did.';
comment on column refund.ends_order is 'With it the last ticket of the order became void.';
comment on column refund.run_id is 'The mass refund that it is part of.';
comment on column refund.note is 'What a member wrote: why, or how it was settled by hand.';
comment on column refund.series is 'Raised when a member tries a failed refund again: part of the provider's idempotency key, under which a refusal would be repeated.';
comment on column refund.settled_by is 'The member who settled it by hand.';
CREATE INDEX refund_by_id ON public.refund USING btree (id);
CREATE INDEX refund_due ON public.refund USING btree (next_attempt_at) WHERE (state = 'pending'::text);
CREATE INDEX refund_failed ON public.refund USING btree (event_id, id) WHERE (state = 'failed'::text);
CREATE INDEX refund_of_order ON public.refund USING btree (event_id, order_id);
CREATE INDEX refund_of_payment ON public.refund USING btree (event_id, payment_id);
CREATE INDEX refund_of_run ON public.refund USING btree (event_id, run_id) WHERE (run_id IS NOT NULL);

create table refund_line (
  event_id uuid not null,
  refund_id uuid not null,
  line_number integer not null,
  quantity integer not null,
  amount_minor bigint not null,
  constraint refund_line_amount CHECK ((amount_minor >= 0)),
  constraint refund_line_quantity CHECK ((quantity >= 0)),
  constraint refund_line_pkey PRIMARY KEY (event_id, refund_id, line_number)
);
comment on table refund_line is 'What a refund gives back of each order line; adds up to the refund. None for money that bought nothing.';
comment on column refund_line.quantity is 'Tickets made void; 0 where only money goes back.';

create table refund_policy (
  organizer_id uuid not null,
  event_id uuid,
  enabled boolean not null,
  until_days integer not null,
  kept_bp integer not null,
  version integer default 1 not null,
  constraint refund_policy_kept CHECK (((kept_bp >= 0) AND (kept_bp <= 10000))),
  constraint refund_policy_until CHECK (((until_days >= 0) AND (until_days <= 365))),
  constraint refund_policy_once UNIQUE NULLS NOT DISTINCT (organizer_id, event_id)
);
comment on table refund_policy is 'Until when buyers may give tickets back themselves, and what is kept. The event's own goes before the organizer's (event_id null).';
comment on column refund_policy.kept_bp is 'In hundredths of a percent of what is given back.';

create table refund_run (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  requested_by uuid not null,
  ticket_type_ids uuid[] default '{}'::uuid[] not null,
  force boolean not null,
  note text,
  state text not null,
  last_order_id uuid,
  orders_done integer default 0 not null,
  tickets_done integer default 0 not null,
  amount_done_minor bigint default 0 not null,
  planned jsonb not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint refund_run_state CHECK ((state = ANY (ARRAY['running'::text, 'done'::text]))),
  constraint refund_run_pkey PRIMARY KEY (event_id, id)
);
comment on table refund_run is 'A mass refund of an event or some of its types: carried on by a job, order by order in the order of the ids.';
comment on column refund_run.last_order_id is 'The last order dealt with: where the next round goes on, also after a crash.';
comment on column refund_run.planned is 'The totals that the member saw and agreed to.';
CREATE INDEX refund_run_by_id ON public.refund_run USING btree (id);
CREATE INDEX refund_run_running ON public.refund_run USING btree (event_id, id) WHERE (state = 'running'::text);

create table refund_ticket (
  event_id uuid not null,
  ticket_id uuid not null,
  refund_id uuid not null,
  constraint refund_ticket_pkey PRIMARY KEY (event_id, ticket_id)
);
comment on table refund_ticket is 'Which refund made a ticket void: one at most.';
CREATE INDEX refund_ticket_of_refund ON public.refund_ticket USING btree (event_id, refund_id);

create table seller (
  organizer_id uuid not null,
  name text not null,
  address text not null,
  country text not null,
  vat_number text,
  registration text,
  note text,
  invoice_prefix text not null,
  credit_note_prefix text not null,
  version integer default 1 not null,
  constraint seller_country CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint seller_pkey PRIMARY KEY (organizer_id)
);
comment on table seller is 'Who sells, as the organizer's invoices name it.';
comment on column seller.note is 'A sentence that the law wants on invoices, such as the reason for no VAT.';

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
  holder_email text,
  transferred_at timestamp with time zone,
  transfers integer default 0 not null,
  constraint ticket_state CHECK ((state = ANY (ARRAY['valid'::text, 'void'::text]))),
  constraint ticket_pkey PRIMARY KEY (event_id, id)
);
comment on table ticket is 'One admission. Its code is not stored: it is the signature of these ids.';
comment on column ticket.code_version is 'Raised when a ticket is issued anew, so that the old code no longer counts.';
comment on column ticket.holder_email is 'Of whom it was passed on to; gone when the buyer was erased, and a month after the event.';
comment on column ticket.transferred_at is 'When the buyer passed it on to its holder; null while it is the buyer's.';
comment on column ticket.transfers is 'How often it was passed on, whether taken back since or not.';
CREATE INDEX ticket_of_holder ON public.ticket USING btree (event_id) WHERE (holder_email IS NOT NULL);
CREATE INDEX ticket_of_order ON public.ticket USING btree (event_id, order_id);
CREATE INDEX ticket_passed_on ON public.ticket USING btree (id) WHERE (transferred_at IS NOT NULL);

create table ticket_transfer (
  event_id uuid not null,
  order_id uuid not null,
  ticket_id uuid not null,
  code_version integer not null,
  kind text not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  constraint ticket_transfer_kind CHECK ((kind = ANY (ARRAY['passed-on'::text, 'taken-back'::text]))),
  constraint ticket_transfer_pkey PRIMARY KEY (event_id, order_id, ticket_id, code_version)
);
comment on table ticket_transfer is 'Each time that a ticket was passed on or taken back. Holds no name and no address: those of the present holder stand with the ticket.';
comment on column ticket_transfer.code_version is 'Of the ticket from then on.';
comment on column ticket_transfer.changed_by is 'buyer, or the id of the member.';

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
  vat_rate_id uuid,
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

create table vat_rate (
  organizer_id uuid not null,
  id uuid not null,
  name text not null,
  archived boolean default false not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  constraint vat_rate_pkey PRIMARY KEY (organizer_id, id)
);
comment on table vat_rate is 'A kind of VAT that an organizer charges. Never deleted: types and old lines speak of it.';
comment on column vat_rate.archived is 'Offered to nothing new; what has it keeps it.';
CREATE INDEX vat_rate_by_id ON public.vat_rate USING btree (id);

create table vat_rate_period (
  organizer_id uuid not null,
  vat_rate_id uuid not null,
  starts_on date not null,
  bp integer not null,
  constraint vat_rate_period_bp CHECK (((bp >= 0) AND (bp <= 10000))),
  constraint vat_rate_period_pkey PRIMARY KEY (organizer_id, vat_rate_id, starts_on)
);
comment on table vat_rate_period is 'How high a rate is from a day on, in the time zone of each event. Before the first there is no VAT.';
comment on column vat_rate_period.bp is 'In basis points: 550 is 5.5 %.';

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

CREATE OR REPLACE FUNCTION public.ledger_balances(amounts bigint[])
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  total numeric := 0;
  amount bigint;
begin
  foreach amount in array amounts loop
    total := total + amount;
  end loop;
  return total = 0;
end $function$;

CREATE OR REPLACE FUNCTION public.ledger_is_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The ledger is only ever added to';
end $function$;
