-- Organizers bring their own accounts at payment providers. Payments without one are the platform's simulated provider's, or free.
create table payment_account (
  id uuid primary key,
  organizer_id uuid not null,
  provider text not null constraint payment_account_provider check (provider in ('stripe', 'paypal', 'bank-transfer')),
  mode text not null constraint payment_account_mode check (mode in ('test', 'live')),
  settings jsonb not null,
  secrets bytea not null,
  enabled boolean not null default false,
  last_checked_at timestamptz,
  last_problem jsonb,
  version integer not null default 1,
  created_at timestamptz not null
);
comment on table payment_account is 'An organizer''s account at a payment provider.';
comment on column payment_account.settings is 'What may be shown.';
comment on column payment_account.secrets is 'Sealed: AES-256-GCM under a key derived from TICKETS_SEALING_SECRET, bound to this row. Never in an answer or a log.';
comment on column payment_account.last_problem is 'What the provider said at the last check; null when all was well.';
create index payment_account_of_organizer on payment_account (organizer_id, id);
-- A buyer chooses a provider, not an account.
create unique index payment_account_one_enabled on payment_account (organizer_id, provider) where enabled;

alter table payment
  add column account_id uuid,
  add column mode text constraint payment_mode check (mode in ('test', 'live'));
comment on column payment.account_id is 'The organizer''s account at the provider; null for the simulated provider and for what is free.';
comment on column payment.mode is 'Whether money moves; null where there is nothing to pay.';
update payment set mode = 'test' where provider = 'simulated';
create index payment_of_account on payment (account_id) where account_id is not null;

-- The same id at two accounts is two webhooks.
alter table payment_event
  add column account_id uuid,
  drop constraint payment_event_pkey,
  add constraint payment_event_once unique nulls not distinct (provider, account_id, webhook_id);
