-- A service's tables for messages, as its migrations make them.
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
create index outbox_fresh on outbox (id) where published_at is null and last_error is null;
create index outbox_put_off on outbox (id, next_attempt_at) where published_at is null and last_error is not null;
create index outbox_refused on outbox (subject, next_attempt_at) where published_at is null and last_error is not null;
create table outbox_republish (
  id bigint generated always as identity primary key,
  reason text not null,
  since timestamptz not null,
  last_id bigint not null,
  after_id bigint not null default 0,
  requested_at timestamptz not null default now(),
  finished_at timestamptz
);
create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (queue, message_id)
);
