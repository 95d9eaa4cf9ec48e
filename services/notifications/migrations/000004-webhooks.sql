create table webhook_endpoint (
  id uuid primary key,
  organizer_id uuid not null,
  url text not null,
  description text not null,
  types text[],
  secrets bytea not null,
  enabled boolean not null,
  disabled_reason text,
  disabled_at timestamptz,
  failing_since timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  constraint webhook_endpoint_reason_known check (disabled_reason in ('by-hand', 'gone', 'failing')),
  constraint webhook_endpoint_off_has_reason check (enabled = (disabled_reason is null) and enabled = (disabled_at is null))
);
create index webhook_endpoint_of_organizer on webhook_endpoint (organizer_id, id);
comment on table webhook_endpoint is 'Where an organizer has its public events posted.';
comment on column webhook_endpoint.organizer_id is 'Owned by accounts.';
comment on column webhook_endpoint.types is 'Which types of events; null: all, also those to come.';
comment on column webhook_endpoint.secrets is 'What its webhooks are signed with, sealed: the present secret, and older ones with the end of their time.';
comment on column webhook_endpoint.disabled_reason is 'by-hand; gone: it answered 410; failing: it took nothing for days.';
comment on column webhook_endpoint.failing_since is 'First failure since it last took something.';

create table public_event (
  id uuid primary key,
  organizer_id uuid not null,
  type text not null,
  occurred_at timestamptz not null,
  data jsonb not null,
  test boolean not null,
  stream_due_at timestamptz,
  written_by xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null
);
create index public_event_of_organizer on public_event (organizer_id, written_by, id);
create index public_event_to_stream on public_event (stream_due_at) where stream_due_at is not null;
create index public_event_by_age on public_event (created_at);
comment on table public_event is 'What organizers may be told of: a fact of ours in public words. Kept for thirty days.';
comment on column public_event.id is 'That of the message it was made of: a fact told twice is one event.';
comment on column public_event.organizer_id is 'Owned by accounts.';
comment on column public_event.occurred_at is 'When the fact was recorded.';
comment on column public_event.test is 'Nothing happened: somebody tries out an endpoint.';
comment on column public_event.stream_due_at is 'When to publish it to the broker''s public exchange; null: done, or there is no broker.';
comment on column public_event.written_by is 'Its transaction. Readers that follow stop before the oldest one that still runs, and so miss nothing.';

create table webhook_delivery (
  id uuid primary key,
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  event_id uuid not null references public_event (id) on delete cascade,
  state text not null,
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  next_attempt_at timestamptz not null,
  lease uuid,
  delivered_at timestamptz,
  last_outcome text,
  last_status smallint,
  created_at timestamptz not null,
  constraint webhook_delivery_state_known check (state in ('pending', 'sending', 'retrying', 'delivered', 'failed')),
  constraint webhook_delivery_once unique (endpoint_id, event_id)
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_attempt_at)
  where state in ('pending', 'sending', 'retrying');
create index webhook_delivery_of_endpoint on webhook_delivery (endpoint_id, created_at desc, id desc);
create index webhook_delivery_of_event on webhook_delivery (event_id);
comment on table webhook_delivery is 'One event for one endpoint.';
comment on column webhook_delivery.first_attempt_at is 'What it gives up by; begins anew with a replay.';
comment on column webhook_delivery.next_attempt_at is 'When it is due; while it is being sent, when the lease ends.';
comment on column webhook_delivery.lease is 'Who sends it now. A result under another lease is not written.';

create table webhook_attempt (
  delivery_id uuid not null references webhook_delivery (id) on delete cascade,
  number integer not null,
  began_at timestamptz not null,
  duration_ms integer not null,
  outcome text not null,
  status smallint,
  headers jsonb not null,
  primary key (delivery_id, number)
);
comment on table webhook_attempt is 'One request to an endpoint. What its answer said is not kept: it may be of a place that its owner could not read.';
comment on column webhook_attempt.headers is 'A few of the answer''s, by name.';
