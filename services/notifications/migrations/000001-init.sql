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
create index outbox_unpublished on outbox (id) where published_at is null;
create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (queue, message_id)
);
create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create table token_cutoff (
  user_id uuid primary key,
  issued_before timestamptz not null
);

create table announcement (
  id uuid primary key,
  kind text not null,
  source text not null,
  event_id uuid not null,
  organizer_id uuid not null,
  facts jsonb not null,
  page_cursor text,
  next_attempt_at timestamptz not null,
  done_at timestamptz,
  lease uuid,
  last_error text,
  created_at timestamptz not null,
  constraint announcement_kind_known check (kind in ('event-cancelled', 'event-rescheduled')),
  constraint announcement_once unique (source, kind)
);
create index announcement_due on announcement (next_attempt_at) where done_at is null;
comment on table announcement is 'A fact about an event that each of its confirmed orders must hear of. A job turns it into deliveries, page by page.';
comment on column announcement.source is 'The fact: the event id, and the event version when it can happen again.';
comment on column announcement.event_id is 'Owned by events.';
comment on column announcement.organizer_id is 'Owned by accounts.';
comment on column announcement.facts is 'What the message said of the event, because the copy that tickets keeps may still be older.';
comment on column announcement.page_cursor is 'Where the next page of orders begins; null before the first.';
comment on column announcement.lease is 'Who works on it until next_attempt_at. A result under another lease is not written.';

create table delivery (
  id uuid primary key,
  kind text not null,
  channel text not null,
  source text not null,
  recipient_key text not null,
  order_id uuid,
  event_id uuid,
  organizer_id uuid,
  user_id uuid,
  announcement_id uuid references announcement (id),
  priority smallint not null,
  language text,
  recipient_name text,
  recipient_address text,
  state text not null,
  attempts integer not null default 0,
  first_refused_at timestamptz,
  next_attempt_at timestamptz not null,
  lease uuid,
  sent_at timestamptz,
  last_error text,
  created_at timestamptz not null,
  constraint delivery_channel_known check (channel in ('email', 'sms')),
  constraint delivery_language_known check (language in ('en', 'fr')),
  constraint delivery_state_known check (state in ('pending', 'sending', 'retrying', 'sent', 'failed')),
  constraint delivery_sent_has_time check ((state = 'sent') = (sent_at is not null)),
  constraint delivery_once unique (source, kind, channel, recipient_key)
);
create index delivery_due on delivery (priority, next_attempt_at) where state in ('pending', 'sending', 'retrying');
create index delivery_of_organizer on delivery (organizer_id, id desc);
create index delivery_of_order on delivery (order_id) where order_id is not null;
create index delivery_of_user on delivery (user_id) where user_id is not null;
create index delivery_of_address on delivery (lower(recipient_address)) where recipient_address is not null;
comment on table delivery is 'One message to one recipient by one channel. Its words are fetched and written when it is sent, and are not kept.';
comment on column delivery.source is 'The fact it tells: with the kind, the channel and the recipient key, the reason why nothing is sent twice.';
comment on column delivery.recipient_key is 'Whose message it is, as an id: the order or the user. The address is known only when it is sent.';
comment on column delivery.order_id is 'Owned by tickets.';
comment on column delivery.event_id is 'Owned by events.';
comment on column delivery.organizer_id is 'Owned by accounts; null for messages about an account.';
comment on column delivery.user_id is 'Owned by accounts; null for messages about an order.';
comment on column delivery.priority is '0: somebody waits for it. 1: one of many.';
comment on column delivery.recipient_address is 'Where it went, or was refused; erased with the user.';
comment on column delivery.attempts is 'Times that the mail server or the provider was asked. Waiting for another service does not count.';
comment on column delivery.first_refused_at is 'First temporary refusal in a row: what it gives up by.';
comment on column delivery.next_attempt_at is 'When it is due; while it is being sent, when the lease ends.';
comment on column delivery.lease is 'Who sends it now. A result under another lease is not written.';
