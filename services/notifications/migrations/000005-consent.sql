create table consent (
  id uuid primary key,
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
  given_at timestamptz not null,
  recorded_at timestamptz not null,
  constraint consent_channel_known check (channel in ('email', 'sms')),
  constraint consent_purpose_known check (purpose in ('transactional', 'reminder', 'information', 'marketing')),
  constraint consent_source_known check (source in ('checkout', 'preferences', 'one-click', 'reply', 'complaint')),
  constraint consent_language_known check (language in ('en', 'fr')),
  constraint consent_granted_has_wording check (not granted or source = 'reply' or wording is not null)
);
create unique index consent_once on consent
  (source, source_key, channel, purpose, coalesce(organizer_id, '00000000-0000-0000-0000-000000000000'));
create index consent_of_address on consent (address_key, given_at);
create index consent_of_organizer on consent (organizer_id, id desc);
comment on table consent is 'Each time that somebody allowed messages or forbade them: the proof, never changed. The latest row of an address, organizer, channel and purpose counts.';
comment on column consent.organizer_id is 'Owned by accounts; null: the platform itself.';
comment on column consent.address_key is 'Keyed hash of the address: finds it again, and keeps the proof and the refusal when the address is erased.';
comment on column consent.address is 'Mail address or telephone number; erased with the person.';
comment on column consent.source is 'Where it was said. checkout: a box ticked with an order. one-click: RFC 8058. reply: STOP or START by SMS.';
comment on column consent.source_key is 'What it was said with, so that it is written once: the order, the delivery, the message.';
comment on column consent.wording is 'The sentence that stood beside the box, as it was read.';
comment on column consent.given_at is 'When the person acted; a fact that arrives late does not undo a later wish.';
