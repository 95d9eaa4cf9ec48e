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
  reminder_rule_id uuid,
  channels text[] default '{email}'::text[] not null,
  messages_expire_at timestamp with time zone,
  constraint announcement_kind_known CHECK ((kind = ANY (ARRAY['event-cancelled'::text, 'event-rescheduled'::text, 'event-moved'::text, 'event-reminder'::text]))),
  constraint announcement_reminder_rule_id_fkey FOREIGN KEY (reminder_rule_id) REFERENCES reminder_rule(id),
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
comment on column announcement.reminder_rule_id is 'The rule, when it is a reminder.';
comment on column announcement.messages_expire_at is 'After it they are of no use.';
CREATE INDEX announcement_due ON public.announcement USING btree (next_attempt_at) WHERE (done_at IS NULL);
CREATE INDEX announcement_of_event ON public.announcement USING btree (event_id);
CREATE INDEX announcement_of_reminder ON public.announcement USING btree (reminder_rule_id) WHERE ((reminder_rule_id IS NOT NULL) AND (done_at IS NULL));

create table attempt (
  delivery_id uuid not null,
  number integer not null,
  lease uuid not null,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  outcome text,
  reply text,
  constraint attempt_ended_has_outcome CHECK (((ended_at IS NULL) = (outcome IS NULL))),
  constraint attempt_number_counts CHECK ((number >= 1)),
  constraint attempt_outcome_known CHECK ((outcome = ANY (ARRAY['sent'::text, 'put-off'::text, 'refused'::text, 'unknown'::text]))),
  constraint attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id) ON DELETE CASCADE,
  constraint attempt_pkey PRIMARY KEY (delivery_id, number)
);
comment on table attempt is 'The send journal: one conversation with a mail server or an SMS provider. Written before it begins and completed after.';
comment on column attempt.lease is 'The claim under which it was made.';
comment on column attempt.outcome is 'unknown: the process died or the connection was lost before the answer, so the message may have been taken.';
comment on column attempt.reply is 'The provider's words, addresses masked.';

create table bulk_message (
  id uuid not null,
  organizer_id uuid not null,
  event_id uuid not null,
  purpose text not null,
  segment jsonb not null,
  subject jsonb not null,
  body jsonb not null,
  state text not null,
  scheduled_at timestamp with time zone,
  begun_at timestamp with time zone,
  paged_at timestamp with time zone,
  ended_at timestamp with time zone,
  page_cursor text,
  next_attempt_at timestamp with time zone,
  lease uuid,
  last_error text,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  results jsonb,
  constraint bulk_message_begun_has_time CHECK (((state <> ALL (ARRAY['sending'::text, 'sent'::text])) OR (begun_at IS NOT NULL))),
  constraint bulk_message_due_while_open CHECK (((state = ANY (ARRAY['scheduled'::text, 'sending'::text])) = (next_attempt_at IS NOT NULL))),
  constraint bulk_message_ended_has_time CHECK (((state = ANY (ARRAY['sent'::text, 'cancelled'::text, 'failed'::text])) = (ended_at IS NOT NULL))),
  constraint bulk_message_purpose_known CHECK ((purpose = ANY (ARRAY['information'::text, 'marketing'::text]))),
  constraint bulk_message_scheduled_has_time CHECK (((state <> ALL (ARRAY['scheduled'::text, 'sending'::text, 'sent'::text])) OR (scheduled_at IS NOT NULL))),
  constraint bulk_message_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'scheduled'::text, 'sending'::text, 'sent'::text, 'cancelled'::text, 'failed'::text]))),
  constraint bulk_message_pkey PRIMARY KEY (id)
);
comment on table bulk_message is 'An organizer's message to many buyers of an event. A job turns it into deliveries, page by page.';
comment on column bulk_message.organizer_id is 'Owned by accounts.';
comment on column bulk_message.event_id is 'Owned by events.';
comment on column bulk_message.purpose is 'marketing goes to those alone who have agreed to it.';
comment on column bulk_message.segment is 'Which buyers: see src/bulk-messages/segment.ts.';
comment on column bulk_message.body is 'By language: Markdown with Liquid, as typed. Does not change once it is scheduled.';
comment on column bulk_message.begun_at is 'Also the end of its audience: who buys later is not written to.';
comment on column bulk_message.paged_at is 'When the last of its audience had a delivery.';
comment on column bulk_message.page_cursor is 'Where the next page of the audience begins.';
comment on column bulk_message.lease is 'Who works on it until next_attempt_at. A result under another lease is not written.';
comment on column bulk_message.results is 'What became of its messages, counted when they were forgotten.';
CREATE INDEX bulk_message_due ON public.bulk_message USING btree (next_attempt_at) WHERE (state = ANY (ARRAY['scheduled'::text, 'sending'::text]));
CREATE INDEX bulk_message_of_event ON public.bulk_message USING btree (event_id, id DESC);
CREATE INDEX bulk_message_of_organizer ON public.bulk_message USING btree (organizer_id, id DESC);

create table bulk_message_act (
  bulk_message_id uuid not null,
  id uuid not null,
  act text not null,
  actor_id uuid,
  at timestamp with time zone not null,
  constraint bulk_message_act_known CHECK ((act = ANY (ARRAY['created'::text, 'changed'::text, 'tested'::text, 'scheduled'::text, 'unscheduled'::text, 'begun'::text, 'cancelled'::text, 'ended'::text, 'failed'::text]))),
  constraint bulk_message_act_bulk_message_id_fkey FOREIGN KEY (bulk_message_id) REFERENCES bulk_message(id),
  constraint bulk_message_act_pkey PRIMARY KEY (bulk_message_id, id)
);
comment on table bulk_message_act is 'Who did what with a message to many, and when. Never changed.';
comment on column bulk_message_act.actor_id is 'The user, owned by accounts; null: the clock.';

create table bulk_pace (
  scope text not null,
  next_at timestamp with time zone not null,
  constraint bulk_pace_pkey PRIMARY KEY (scope)
);
comment on table bulk_pace is 'When the next message of a sender to many may go: of an organizer, by its id, and of the platform.';

create table consent (
  id uuid not null,
  organizer_id uuid,
  channel text not null,
  purpose text not null,
  address_key bytea not null,
  address text,
  granted boolean not null,
  source text not null,
  source_key text not null,
  wording text,
  wording_version text,
  language text,
  given_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  constraint consent_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  constraint consent_granted_has_wording CHECK (((NOT granted) OR (source = 'reply'::text) OR (wording IS NOT NULL))),
  constraint consent_language_known CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint consent_purpose_known CHECK ((purpose = ANY (ARRAY['transactional'::text, 'reminder'::text, 'information'::text, 'marketing'::text]))),
  constraint consent_source_known CHECK ((source = ANY (ARRAY['checkout'::text, 'preferences'::text, 'one-click'::text, 'reply'::text, 'complaint'::text]))),
  constraint consent_pkey PRIMARY KEY (id)
);
comment on table consent is 'Each time that somebody allowed messages or forbade them: the proof, never changed. The latest row of an address, organizer, channel and purpose counts.';
comment on column consent.organizer_id is 'Owned by accounts; null: the platform itself.';
comment on column consent.address_key is 'Keyed hash of the address: finds it again, and keeps the proof and the refusal when the address is erased.';
comment on column consent.address is 'Mail address or telephone number; erased with the person.';
comment on column consent.source is 'Where it was said. checkout: a box ticked with an order. one-click: RFC 8058. reply: STOP or START by SMS.';
comment on column consent.source_key is 'What it was said with, so that it is written once: the order, the delivery, the message.';
comment on column consent.wording is 'The sentence that stood beside the box, as it was read.';
comment on column consent.given_at is 'When the person acted; a fact that arrives late does not undo a later wish.';
CREATE INDEX consent_of_address ON public.consent USING btree (address_key, given_at);
CREATE INDEX consent_of_organizer ON public.consent USING btree (organizer_id, id DESC);
CREATE UNIQUE INDEX consent_once ON public.consent USING btree (source, source_key, channel, purpose, COALESCE(organizer_id, '00000000-0000-0000-0000-000000000000'::uuid));

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
  expires_at timestamp with time zone,
  skip_reason text,
  provider text,
  provider_message_id text,
  provider_reply text,
  delivered_at timestamp with time zone,
  bounced_at timestamp with time zone,
  segments smallint,
  price_minor integer,
  price_currency text,
  bulk_message_id uuid,
  reminder_rule_id uuid,
  resend_of uuid,
  ticket_id uuid,
  constraint delivery_bounced_has_time CHECK (((state = 'bounced'::text) = (bounced_at IS NOT NULL))),
  constraint delivery_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  constraint delivery_delivered_has_time CHECK (((state <> 'delivered'::text) OR (delivered_at IS NOT NULL))),
  constraint delivery_language_known CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint delivery_price_whole CHECK (((price_minor IS NULL) = (price_currency IS NULL))),
  constraint delivery_sent_has_time CHECK (((state = ANY (ARRAY['sent'::text, 'delivered'::text, 'bounced'::text])) = (sent_at IS NOT NULL))),
  constraint delivery_skipped_has_reason CHECK (((state = 'skipped'::text) = (skip_reason IS NOT NULL))),
  constraint delivery_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text, 'sent'::text, 'delivered'::text, 'bounced'::text, 'failed'::text, 'skipped'::text]))),
  constraint delivery_announcement_id_fkey FOREIGN KEY (announcement_id) REFERENCES announcement(id),
  constraint delivery_resend_of_fkey FOREIGN KEY (resend_of) REFERENCES delivery(id),
  constraint delivery_pkey PRIMARY KEY (id)
);
comment on table delivery is 'One message to one recipient by one channel. Its words are fetched and written when it is sent, and are not kept.';
comment on column delivery.source is 'The fact it tells: with the kind, the channel and the recipient key, the reason why nothing is sent twice.';
comment on column delivery.recipient_key is 'Whose message it is, as an id: the order or the user. The address is known only when it is sent.';
comment on column delivery.order_id is 'Owned by tickets.';
comment on column delivery.event_id is 'Owned by events.';
comment on column delivery.organizer_id is 'Owned by accounts; null for messages about an account.';
comment on column delivery.user_id is 'Owned by accounts; null for messages about an order.';
comment on column delivery.priority is '0: somebody waits for it. 1: an event changed. 2: a reminder. 3: one of many.';
comment on column delivery.recipient_address is 'Where it went, or was refused; erased with the user.';
comment on column delivery.attempts is 'Times that the mail server or the provider was asked. Waiting for another service does not count.';
comment on column delivery.first_refused_at is 'First temporary refusal in a row: what it gives up by.';
comment on column delivery.next_attempt_at is 'When it is due; while it is being sent, when the lease ends.';
comment on column delivery.lease is 'Who sends it now. A result under another lease is not written.';
comment on column delivery.expires_at is 'After it there is no use in sending: it is skipped.';
comment on column delivery.skip_reason is 'Why it was not to be sent: too-late, called-off, no-longer-true, suppressed, no-consent, capped.';
comment on column delivery.provider is 'Who took it: smtp, or the SMS provider.';
comment on column delivery.provider_message_id is 'What it calls the message in what it says later: the Message-ID of a mail.';
comment on column delivery.provider_reply is 'Its last words, addresses masked.';
comment on column delivery.delivered_at is 'When the recipient's server or telephone had it, as far as somebody told us.';
comment on column delivery.segments is 'Parts that an SMS was sent in.';
comment on column delivery.price_minor is 'What sending cost, by the price list of the settings.';
comment on column delivery.bulk_message_id is 'The organizer's message to many that it belongs to.';
comment on column delivery.reminder_rule_id is 'The rule that asked for it.';
comment on column delivery.resend_of is 'The delivery that somebody asked to be sent once more.';
comment on column delivery.ticket_id is 'Of a bulk message: the ticket that was passed on to its reader; null for the buyer.';
CREATE INDEX delivery_due ON public.delivery USING btree (priority, kind, channel, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text]));
CREATE INDEX delivery_of_address ON public.delivery USING btree (lower(recipient_address)) WHERE (recipient_address IS NOT NULL);
CREATE INDEX delivery_of_announcement ON public.delivery USING btree (announcement_id) WHERE (announcement_id IS NOT NULL);
CREATE INDEX delivery_of_bulk_message ON public.delivery USING btree (bulk_message_id, state) WHERE (bulk_message_id IS NOT NULL);
CREATE INDEX delivery_of_order ON public.delivery USING btree (order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX delivery_of_organizer ON public.delivery USING btree (organizer_id, id DESC);
CREATE INDEX delivery_of_provider ON public.delivery USING btree (provider, provider_message_id) WHERE (provider_message_id IS NOT NULL);
CREATE INDEX delivery_of_reminder_rule ON public.delivery USING btree (reminder_rule_id) WHERE (reminder_rule_id IS NOT NULL);
CREATE INDEX delivery_of_user ON public.delivery USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX delivery_resent ON public.delivery USING btree (resend_of) WHERE (resend_of IS NOT NULL);
CREATE UNIQUE INDEX delivery_once ON public.delivery USING btree (source, kind, channel, recipient_key) WHERE (resend_of IS NULL);

create table event_copy (
  id uuid not null,
  organizer_id uuid not null,
  version integer not null,
  status text not null,
  title jsonb not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  venue jsonb not null,
  changed_at timestamp with time zone not null,
  told_version integer,
  announce_at timestamp with time zone,
  constraint event_copy_status_known CHECK ((status = ANY (ARRAY['published'::text, 'cancelled'::text, 'deleted'::text]))),
  constraint event_copy_pkey PRIMARY KEY (id)
);
comment on table event_copy is 'What the messages of events say of each event, the newest version of it. Owned by events.';
comment on column event_copy.changed_at is 'When this version was made, by its message.';
comment on column event_copy.told_version is 'The version that attendees were told last; null: none since they bought.';
comment on column event_copy.announce_at is 'When a change is to be told: a burst of changes is one mail.';
CREATE INDEX event_copy_to_announce ON public.event_copy USING btree (announce_at) WHERE (announce_at IS NOT NULL);

create table event_version (
  event_id uuid not null,
  version integer not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  venue jsonb not null,
  guessed boolean not null,
  changed_at timestamp with time zone,
  constraint event_version_pkey PRIMARY KEY (event_id, version)
);
comment on table event_version is 'Versions since the one that attendees were told last, so that a mail can say what was, in whatever order they come.';
comment on column event_version.guessed is 'Known only from the message about the next version.';
comment on column event_version.changed_at is 'When this version was made, so that who bought while it stood can be found; null: not known.';

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_key_pkey PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_key_by_age ON public.idempotency_key USING brin (created_at) WITH (pages_per_range='16', autosummarize='on');

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_pkey PRIMARY KEY (queue, message_id)
);

create table mail_settings (
  organizer_id uuid not null,
  sender_name text,
  reply_to text,
  accent text,
  footer jsonb default '{}'::jsonb not null,
  postal_address text,
  version integer default 1 not null,
  updated_by uuid,
  updated_at timestamp with time zone not null,
  constraint mail_settings_accent_is_a_colour CHECK ((accent ~ '^#[0-9a-f]{6}$'::text)),
  constraint mail_settings_pkey PRIMARY KEY (organizer_id)
);
comment on table mail_settings is 'In whose name an organizer's mails are written. The address they come from stays the platform's.';
comment on column mail_settings.organizer_id is 'Owned by accounts.';
comment on column mail_settings.footer is 'Localised: a line under every mail.';

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

create table public_event (
  id uuid not null,
  organizer_id uuid not null,
  type text not null,
  occurred_at timestamp with time zone not null,
  data jsonb not null,
  test boolean not null,
  stream_due_at timestamp with time zone,
  written_by xid8 default pg_current_xact_id() not null,
  created_at timestamp with time zone not null,
  constraint public_event_pkey PRIMARY KEY (id)
);
comment on table public_event is 'What organizers may be told of: a fact of ours in public words. Kept for thirty days.';
comment on column public_event.id is 'That of the message it was made of: a fact told twice is one event.';
comment on column public_event.organizer_id is 'Owned by accounts.';
comment on column public_event.occurred_at is 'When the fact was recorded.';
comment on column public_event.test is 'Nothing happened: somebody tries out an endpoint.';
comment on column public_event.stream_due_at is 'When to publish it to the broker's public exchange; null: done, or there is no broker.';
comment on column public_event.written_by is 'Its transaction. Readers that follow stop before the oldest one that still runs, and so miss nothing.';
CREATE INDEX public_event_by_age ON public.public_event USING btree (created_at);
CREATE INDEX public_event_of_organizer ON public.public_event USING btree (organizer_id, written_by, id);
CREATE INDEX public_event_to_stream ON public.public_event USING btree (stream_due_at) WHERE (stream_due_at IS NOT NULL);

create table reminder_rule (
  id uuid not null,
  organizer_id uuid not null,
  event_id uuid not null,
  days_before smallint,
  at_time text,
  minutes_before integer,
  channels text[] not null,
  note jsonb not null,
  state text not null,
  due_at timestamp with time zone not null,
  begun_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  constraint reminder_rule_days_sane CHECK (((days_before >= 0) AND (days_before <= 365))),
  constraint reminder_rule_has_channel CHECK (((cardinality(channels) > 0) AND (channels <@ ARRAY['email'::text, 'sms'::text]))),
  constraint reminder_rule_minutes_sane CHECK (((minutes_before >= 5) AND (minutes_before <= 525600))),
  constraint reminder_rule_one_way CHECK ((((days_before IS NOT NULL) AND (at_time IS NOT NULL) AND (minutes_before IS NULL)) OR ((days_before IS NULL) AND (at_time IS NULL) AND (minutes_before IS NOT NULL)))),
  constraint reminder_rule_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'begun'::text, 'missed'::text, 'called-off'::text]))),
  constraint reminder_rule_time_sane CHECK ((at_time ~ '^([01]\d|2[0-3]):[0-5]\d$'::text)),
  constraint reminder_rule_event_id_fkey FOREIGN KEY (event_id) REFERENCES event_copy(id),
  constraint reminder_rule_pkey PRIMARY KEY (id)
);
comment on table reminder_rule is 'When the people with tickets are reminded of an event: so many days before at a local time, or so many minutes before.';
comment on column reminder_rule.organizer_id is 'Owned by accounts.';
comment on column reminder_rule.at_time is 'Of the venue's clock, as 18:30.';
comment on column reminder_rule.note is 'What the organizer adds, by language.';
comment on column reminder_rule.state is 'waiting for due_at; begun; missed: it was made, or the event moved, when it was too late; called-off with the event.';
comment on column reminder_rule.due_at is 'Computed from the event; anew when it moves.';
CREATE INDEX reminder_rule_due ON public.reminder_rule USING btree (due_at) WHERE ((state = 'waiting'::text) AND (removed_at IS NULL));
CREATE INDEX reminder_rule_of_event ON public.reminder_rule USING btree (event_id, id);

create table sms_allowed (
  delivery_id uuid not null,
  constraint sms_allowed_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id) ON DELETE CASCADE,
  constraint sms_allowed_pkey PRIMARY KEY (delivery_id)
);
comment on table sms_allowed is 'The SMS that were counted already, so that trying again counts nothing.';

create table sms_count (
  key text not null,
  period text not null,
  sent integer not null,
  constraint sms_count_counts CHECK ((sent >= 1)),
  constraint sms_count_pkey PRIMARY KEY (key, period)
);
comment on table sms_count is 'How many SMS were allowed for an order (ever), and for a number or an organizer (a day): never more than the settings say.';
comment on column sms_count.key is 'order:<uuid>, organizer:<uuid>, or number:<keyed hash>.';
comment on column sms_count.period is 'A day in UTC, or ever.';
CREATE INDEX sms_count_by_day ON public.sms_count USING btree (period) WHERE (period <> 'ever'::text);

create table suppression (
  channel text not null,
  address_key bytea not null,
  reason text not null,
  delivery_id uuid,
  created_at timestamp with time zone not null,
  constraint suppression_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  constraint suppression_reason_known CHECK ((reason = ANY (ARRAY['bounced'::text, 'complained'::text]))),
  constraint suppression_pkey PRIMARY KEY (channel, address_key)
);
comment on table suppression is 'Addresses that do not exist or do not want our mail. Only what somebody waits for is still tried.';
comment on column suppression.address_key is 'Keyed hash of the address, as in consent: enough to recognise it, no list of addresses.';
comment on column suppression.delivery_id is 'The delivery that taught us.';
CREATE INDEX suppression_by_age ON public.suppression USING btree (created_at);

create table template (
  organizer_id uuid not null,
  kind text not null,
  language text not null,
  subject text not null,
  preheader text not null,
  title text not null,
  body text not null,
  version integer default 1 not null,
  updated_by uuid,
  updated_at timestamp with time zone not null,
  constraint template_language_known CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint template_size CHECK (((((length(subject) + length(preheader)) + length(title)) + length(body)) <= 25000)),
  constraint template_pkey PRIMARY KEY (organizer_id, kind, language)
);
comment on table template is 'The words of a mail as an organizer has them; without a row, those of src/templates/defaults.';
comment on column template.organizer_id is 'Owned by accounts.';
comment on column template.body is 'Markdown with Liquid. Kept as it was typed; made safe when a mail is written.';
comment on column template.updated_by is 'The user; owned by accounts.';

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);

create table webhook_attempt (
  delivery_id uuid not null,
  number integer not null,
  began_at timestamp with time zone not null,
  duration_ms integer not null,
  outcome text not null,
  status smallint,
  headers jsonb not null,
  constraint webhook_attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_delivery(id) ON DELETE CASCADE,
  constraint webhook_attempt_pkey PRIMARY KEY (delivery_id, number)
);
comment on table webhook_attempt is 'One request to an endpoint. What its answer said is not kept: it may be of a place that its owner could not read.';
comment on column webhook_attempt.headers is 'A few of the answer's, by name.';

create table webhook_delivery (
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  state text not null,
  attempts integer default 0 not null,
  first_attempt_at timestamp with time zone,
  next_attempt_at timestamp with time zone not null,
  lease uuid,
  delivered_at timestamp with time zone,
  last_outcome text,
  last_status smallint,
  created_at timestamp with time zone not null,
  constraint webhook_delivery_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text, 'delivered'::text, 'failed'::text]))),
  constraint webhook_delivery_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint(id) ON DELETE CASCADE,
  constraint webhook_delivery_event_id_fkey FOREIGN KEY (event_id) REFERENCES public_event(id) ON DELETE CASCADE,
  constraint webhook_delivery_pkey PRIMARY KEY (id),
  constraint webhook_delivery_once UNIQUE (endpoint_id, event_id)
);
comment on table webhook_delivery is 'One event for one endpoint.';
comment on column webhook_delivery.first_attempt_at is 'What it gives up by; begins anew with a replay.';
comment on column webhook_delivery.next_attempt_at is 'When it is due; while it is being sent, when the lease ends.';
comment on column webhook_delivery.lease is 'Who sends it now. A result under another lease is not written.';
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'retrying'::text]));
CREATE INDEX webhook_delivery_of_endpoint ON public.webhook_delivery USING btree (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_of_event ON public.webhook_delivery USING btree (event_id);

create table webhook_endpoint (
  id uuid not null,
  organizer_id uuid not null,
  url text not null,
  description text not null,
  types text[],
  secrets bytea not null,
  enabled boolean not null,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failing_since timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  owners_due_at timestamp with time zone,
  constraint webhook_endpoint_off_has_reason CHECK (((enabled = (disabled_reason IS NULL)) AND (enabled = (disabled_at IS NULL)))),
  constraint webhook_endpoint_reason_known CHECK ((disabled_reason = ANY (ARRAY['by-hand'::text, 'gone'::text, 'failing'::text]))),
  constraint webhook_endpoint_pkey PRIMARY KEY (id)
);
comment on table webhook_endpoint is 'Where an organizer has its public events posted.';
comment on column webhook_endpoint.organizer_id is 'Owned by accounts.';
comment on column webhook_endpoint.types is 'Which types of events; null: all, also those to come.';
comment on column webhook_endpoint.secrets is 'What its webhooks are signed with, sealed: the present secret, and older ones with the end of their time.';
comment on column webhook_endpoint.disabled_reason is 'by-hand; gone: it answered 410; failing: it took nothing for days.';
comment on column webhook_endpoint.failing_since is 'First failure since it last took something.';
comment on column webhook_endpoint.owners_due_at is 'Turned off, and not by hand: when its organizer's owners are to be told; null: nothing to tell, or it is planned.';
CREATE INDEX webhook_endpoint_of_organizer ON public.webhook_endpoint USING btree (organizer_id, id);
CREATE INDEX webhook_endpoint_owners_due ON public.webhook_endpoint USING btree (owners_due_at) WHERE (owners_due_at IS NOT NULL);
