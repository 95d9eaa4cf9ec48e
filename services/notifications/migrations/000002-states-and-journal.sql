alter table delivery
  drop constraint delivery_once,
  drop constraint delivery_state_known,
  drop constraint delivery_sent_has_time,
  add column expires_at timestamptz,
  add column skip_reason text,
  add column provider text,
  add column provider_message_id text,
  add column provider_reply text,
  add column delivered_at timestamptz,
  add column bounced_at timestamptz,
  add column segments smallint,
  add column price_minor integer,
  add column price_currency text,
  add column bulk_message_id uuid,
  add column reminder_rule_id uuid,
  add column resend_of uuid references delivery (id),
  add constraint delivery_state_known check (
    state in ('pending', 'sending', 'retrying', 'sent', 'delivered', 'bounced', 'failed', 'skipped')),
  add constraint delivery_sent_has_time check ((state in ('sent', 'delivered', 'bounced')) = (sent_at is not null)),
  add constraint delivery_delivered_has_time check (state <> 'delivered' or delivered_at is not null),
  add constraint delivery_bounced_has_time check ((state = 'bounced') = (bounced_at is not null)),
  add constraint delivery_skipped_has_reason check ((state = 'skipped') = (skip_reason is not null)),
  add constraint delivery_price_whole check ((price_minor is null) = (price_currency is null));
create unique index delivery_once on delivery (source, kind, channel, recipient_key) where resend_of is null;
create index delivery_resent on delivery (resend_of) where resend_of is not null;
create index delivery_of_provider on delivery (provider, provider_message_id) where provider_message_id is not null;
create index delivery_of_bulk_message on delivery (bulk_message_id, state) where bulk_message_id is not null;
create index delivery_of_reminder_rule on delivery (reminder_rule_id) where reminder_rule_id is not null;
comment on column delivery.expires_at is 'After it there is no use in sending: it is skipped.';
comment on column delivery.skip_reason is 'Why it was not to be sent: too-late, called-off, no-longer-true, suppressed, no-consent, capped.';
comment on column delivery.provider is 'Who took it: smtp, or the SMS provider.';
comment on column delivery.provider_message_id is 'What it calls the message in what it says later: the Message-ID of a mail.';
comment on column delivery.provider_reply is 'Its last words, addresses masked.';
comment on column delivery.delivered_at is 'When the recipient''s server or telephone had it, as far as somebody told us.';
comment on column delivery.segments is 'Parts that an SMS was sent in.';
comment on column delivery.price_minor is 'What sending cost, by the price list of the settings.';
comment on column delivery.bulk_message_id is 'The organizer''s message to many that it belongs to.';
comment on column delivery.reminder_rule_id is 'The rule that asked for it.';
comment on column delivery.resend_of is 'The delivery that somebody asked to be sent once more.';
comment on column delivery.priority is '0: somebody waits for it. 1: an event changed. 2: a reminder. 3: one of many.';
comment on index delivery_once is 'Why nothing is sent twice; who asks for a second one gets a delivery of its own.';

create table attempt (
  delivery_id uuid not null references delivery (id) on delete cascade,
  number integer not null,
  lease uuid not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  outcome text,
  reply text,
  primary key (delivery_id, number),
  constraint attempt_number_counts check (number >= 1),
  constraint attempt_outcome_known check (outcome in ('sent', 'put-off', 'refused', 'unknown')),
  constraint attempt_ended_has_outcome check ((ended_at is null) = (outcome is null))
);
comment on table attempt is 'The send journal: one conversation with a mail server or an SMS provider. Written before it begins and completed after.';
comment on column attempt.lease is 'The claim under which it was made.';
comment on column attempt.outcome is 'unknown: the process died or the connection was lost before the answer, so the message may have been taken.';
comment on column attempt.reply is 'The provider''s words, addresses masked.';

create table suppression (
  channel text not null,
  address_key bytea not null,
  reason text not null,
  delivery_id uuid,
  created_at timestamptz not null,
  primary key (channel, address_key),
  constraint suppression_channel_known check (channel in ('email', 'sms')),
  constraint suppression_reason_known check (reason in ('bounced', 'complained'))
);
comment on table suppression is 'Addresses that do not exist or do not want our mail. Only what somebody waits for is still tried.';
comment on column suppression.address_key is 'Keyed hash of the address, as in consent: enough to recognise it, no list of addresses.';
comment on column suppression.delivery_id is 'The delivery that taught us.';
