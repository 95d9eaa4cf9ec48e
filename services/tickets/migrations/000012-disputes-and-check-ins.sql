-- Who takes the money back through the bank, and who has come in.

create table dispute (
  event_id uuid not null,
  id uuid not null,
  order_id uuid not null,
  payment_id uuid not null,
  provider text not null,
  provider_reference text not null,
  state text not null constraint dispute_state check (state in ('open', 'won', 'lost')),
  amount_minor bigint not null constraint dispute_amount check (amount_minor > 0),
  currency text not null,
  reason text not null,
  respond_by timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (event_id, id),
  constraint dispute_once unique (event_id, payment_id, provider_reference),
  constraint dispute_closed check ((state = 'open') = (closed_at is null))
);
comment on table dispute is 'A buyer who takes the money of a payment back through the bank or the provider. While it is open or lost, that money cannot be refunded.';
comment on column dispute.reason is 'In the provider''s words.';
comment on column dispute.respond_by is 'Until when one may answer it, with the provider.';
create index dispute_by_id on dispute (id);

create table check_in (
  event_id uuid not null,
  ticket_id uuid not null,
  checked_in_by uuid not null,
  checked_in_at timestamptz not null,
  primary key (event_id, ticket_id)
);
comment on table check_in is 'Who has come in: one row for a ticket. Written with the ticket locked, as it is by the refund that makes it void.';
