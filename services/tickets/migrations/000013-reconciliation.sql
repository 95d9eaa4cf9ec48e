-- The books are held against each other and against the providers', and what does not agree is kept until it does.

create table reconciliation_run (
  id uuid primary key,
  organizer_id uuid not null,
  trigger text not null constraint reconciliation_run_trigger check (trigger in ('daily', 'member', 'command')),
  day date,
  since timestamptz not null,
  repair boolean not null default false,
  requested_by uuid,
  requested_at timestamptz not null,
  started_at timestamptz,
  leased_until timestamptz,
  finished_at timestamptz,
  events integer not null default 0,
  payments_asked integer not null default 0,
  payments_unasked integer not null default 0,
  found integer not null default 0,
  repaired integer not null default 0,
  constraint reconciliation_run_daily check ((trigger = 'daily') = (day is not null))
);
comment on table reconciliation_run is 'One comparison of all books of an organizer.';
comment on column reconciliation_run.since is 'Payments and refunds that were settled earlier were not asked for at the provider again.';
comment on column reconciliation_run.leased_until is 'Of the process at work, renewed after each event; later, another begins the run anew.';
comment on column reconciliation_run.payments_unasked is 'Their provider did not answer, or is no longer set up.';
create unique index reconciliation_run_of_day on reconciliation_run (organizer_id, day) where trigger = 'daily';
create unique index reconciliation_run_one_waiting on reconciliation_run (organizer_id) where trigger = 'member' and finished_at is null;
create index reconciliation_run_of_organizer on reconciliation_run (organizer_id, id);
create index reconciliation_run_unfinished on reconciliation_run (requested_at) where finished_at is null;

create table reconciliation_difference (
  id uuid primary key,
  organizer_id uuid not null,
  event_id uuid not null,
  kind text not null,
  subject_id uuid not null,
  order_id uuid,
  currency text,
  expected bigint,
  actual bigint,
  detail jsonb not null default '{}',
  state text not null constraint reconciliation_difference_state check (state in ('open', 'repaired', 'gone')),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  ended_at timestamptz,
  repaired_by uuid,
  last_error text
);
comment on table reconciliation_difference is 'Two books that do not agree on one thing. Kinds: src/reconciliation/kinds.ts.';
comment on column reconciliation_difference.expected is 'What the first of the two books says: minor units of currency, or a number where there is none.';
comment on column reconciliation_difference.state is 'gone: no longer there when the books were compared again, whatever the reason.';
create unique index reconciliation_difference_once on reconciliation_difference (event_id, kind, subject_id) where state = 'open';
create index reconciliation_difference_of_organizer on reconciliation_difference (organizer_id, id);
