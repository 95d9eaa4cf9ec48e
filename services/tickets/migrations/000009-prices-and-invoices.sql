-- What a price is made of, who sells, and the papers that say so.

create table vat_rate (
  organizer_id uuid not null,
  id uuid not null,
  name text not null,
  archived boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null,
  primary key (organizer_id, id)
);
comment on table vat_rate is 'A kind of VAT that an organizer charges. Never deleted: types and old lines speak of it.';
comment on column vat_rate.archived is 'Offered to nothing new; what has it keeps it.';
create index vat_rate_by_id on vat_rate (id);

create table vat_rate_period (
  organizer_id uuid not null,
  vat_rate_id uuid not null,
  starts_on date not null,
  bp integer not null constraint vat_rate_period_bp check (bp between 0 and 10000),
  primary key (organizer_id, vat_rate_id, starts_on)
);
comment on table vat_rate_period is 'How high a rate is from a day on, in the time zone of each event. Before the first there is no VAT.';
comment on column vat_rate_period.bp is 'In basis points: 550 is 5.5 %.';

create table fee_policy (
  organizer_id uuid not null,
  currency text not null constraint fee_policy_currency check (currency ~ '^[A-Z]{3}$'),
  paid_by text not null constraint fee_policy_paid_by check (paid_by in ('buyer', 'organizer')),
  percent_bp integer not null constraint fee_policy_percent check (percent_bp between 0 and 10000),
  fixed_minor bigint not null constraint fee_policy_fixed check (fixed_minor >= 0),
  vat_rate_id uuid,
  version integer not null default 1,
  primary key (organizer_id, currency)
);
comment on table fee_policy is 'The fee of each ticket that is not free, for the events in this currency. VAT is in it.';
comment on column fee_policy.paid_by is 'buyer: on top of the ticket''s price, and shown in it; organizer: the price already covers it.';

create table seller (
  organizer_id uuid primary key,
  name text not null,
  address text not null,
  country text not null constraint seller_country check (country ~ '^[A-Z]{2}$'),
  vat_number text,
  registration text,
  note text,
  invoice_prefix text not null,
  credit_note_prefix text not null,
  version integer not null default 1
);
comment on table seller is 'Who sells, as the organizer''s invoices name it.';
comment on column seller.note is 'A sentence that the law wants on invoices, such as the reason for no VAT.';

alter table ticket_type add column vat_rate_id uuid;

alter table order_line
  add column unit_fee_minor bigint not null default 0 constraint order_line_fee check (unit_fee_minor >= 0),
  add column vat_bp integer,
  add column fee_vat_bp integer;
comment on column order_line.unit_price_minor is 'What the ticket costs, VAT included, after the code.';
comment on column order_line.unit_fee_minor is 'What the buyer pays on top for each ticket, VAT included; 0 when the organizer bears it.';
comment on column order_line.vat_bp is 'VAT contained in the ticket''s price, in basis points, as of the hold; null: none.';
comment on column order_line.fee_vat_bp is 'The same of the fee.';

alter table order_number
  alter column last_number set default 0,
  add column last_invoice bigint not null default 0,
  add column last_credit_note bigint not null default 0,
  add column last_issued_at timestamptz not null default '-infinity';
comment on table order_number is 'The last numbers given by an organizer: of orders, invoices and credit notes. Raised as the last lock of the transaction that gives them, so that no sequence has a gap.';
comment on column order_number.last_issued_at is 'Of the latest invoice or credit note, so that a later number never bears an earlier time.';

create table invoice (
  event_id uuid not null,
  id uuid not null,
  organizer_id uuid not null,
  kind text not null constraint invoice_kind check (kind in ('invoice', 'credit-note')),
  number bigint not null,
  order_id uuid not null,
  refund_id uuid,
  currency text not null,
  total_minor bigint not null constraint invoice_total check (total_minor > 0),
  content jsonb not null,
  issued_at timestamptz not null,
  primary key (event_id, id),
  constraint invoice_numbered_once unique (organizer_id, kind, number),
  constraint invoice_of_refund check ((kind = 'credit-note') = (refund_id is not null))
);
comment on table invoice is 'Papers as they were issued, and never changed. A free order has none.';
comment on column invoice.total_minor is 'Of a credit note: what is given back.';
comment on column invoice.content is 'All that the paper says. The seller is null until the organizer says who sells: until then it is shown to nobody.';
create index invoice_by_id on invoice (id);
create index invoice_of_organizer on invoice (organizer_id, id);
create unique index invoice_once on invoice (event_id, order_id) where kind = 'invoice';
-- Its invoice is found by invoice_once: a sale pays for no second index.
create index credit_note_of_order on invoice (event_id, order_id) where kind = 'credit-note';
create unique index credit_note_once on invoice (event_id, refund_id) where kind = 'credit-note';
create index event_of_organizer on event (organizer_id);
