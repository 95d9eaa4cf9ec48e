-- What all migrations make together. Written by the tests (vitest -u); read the diff in a review.

create table announcement (
  id uuid not null,
  kind text not null,
  source text not null,
  event_id uuid not null,
  organizer_id uuid not null,
  facts jsonb not null,
  page_cursor text,
  next_attempt_at timestamp with time zone not null,
  done_at timestamp with time zone,
  lease uuid,
  last_error text,
  created_at timestamp with time zone not null,
  constraint announcement_kind_known CHECK ((kind = ANY (ARRAY['event-cancelled'::text, 'event-rescheduled'::text]))),
  constraint announcement_pkey PRIMARY KEY (id),
  constraint announcement_once UNIQUE (source, kind)
);
comment on table announcement is 'A fact about an event that each of its confirmed orders must hear of. A job turns it into deliveries, page by page.';
comment on column announcement.source is 'The fact: the event id, and the event version when it can happen again.';
comment on column announcement.event_id is 'Owned by events.';
comment on column announcement.organizer_id is 'Owned by accounts.';
comment on column announcement.facts is 'What the message said of the event, because the copy that tickets keeps may still be older.';
comment on column announcement.page_cursor is 'Where the next page of orders begins; null before the first.';
comment on column announcement.lease is 'Who works on it until next_attempt_at. A result under another lease is not written.';
CREATE INDEX announcement_due ON public.announcement USING btree (next_attempt_at) WHERE (done_at IS NULL);

create table delivery (
  id uuid not null,
  kind text not null,
  channel text not null,
  source text not null,
  recipient_key text not null,
  order_id uuid,
  event_id uuid,
  organizer_id uuid,
  user_id uuid,
  announcement_id uuid,
  priority smallint not null,
  language text,
  recipient_name text,
  recipient_address text,
  state text not null,
  attempts integer default 0 not null,
  first_refused_at timestamp with time zone,
  next_attempt_at timestamp with time zone not null,
  lease uuid,
  sent_at timestamp with time zone,
  last_error text,
  created_at timestamp with time zone not null,
  constraint delivery_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  constraint delivery_language_known CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint delivery_sent_has_time CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
  constraint delivery_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text, 'sent'::text, 'failed'::text]))),
  constraint delivery_announcement_id_fkey FOREIGN KEY (announcement_id) REFERENCES announcement(id),
  constraint delivery_pkey PRIMARY KEY (id),
  constraint delivery_once UNIQUE (source, kind, channel, recipient_key)
);
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
CREATE INDEX delivery_due ON public.delivery USING btree (priority, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text]));
CREATE INDEX delivery_of_address ON public.delivery USING btree (lower(recipient_address)) WHERE (recipient_address IS NOT NULL);
CREATE INDEX delivery_of_order ON public.delivery USING btree (order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX delivery_of_organizer ON public.delivery USING btree (organizer_id, id DESC);
CREATE INDEX delivery_of_user ON public.delivery USING btree (user_id) WHERE (user_id IS NOT NULL);

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_key_pkey PRIMARY KEY (scope, key)
);

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_pkey PRIMARY KEY (queue, message_id)
);

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
CREATE INDEX outbox_unpublished ON public.outbox USING btree (id) WHERE (published_at IS NULL);

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);
