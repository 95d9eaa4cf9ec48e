create table bulk_message (
  id uuid primary key,
  organizer_id uuid not null,
  event_id uuid not null,
  purpose text not null,
  segment jsonb not null,
  subject jsonb not null,
  body jsonb not null,
  state text not null,
  scheduled_at timestamptz,
  begun_at timestamptz,
  paged_at timestamptz,
  ended_at timestamptz,
  page_cursor text,
  next_attempt_at timestamptz,
  lease uuid,
  last_error text,
  version integer not null default 1,
  created_at timestamptz not null,
  constraint bulk_message_purpose_known check (purpose in ('information', 'marketing')),
  constraint bulk_message_state_known check (state in ('draft', 'scheduled', 'sending', 'sent', 'cancelled', 'failed')),
  constraint bulk_message_scheduled_has_time check (state not in ('scheduled', 'sending', 'sent') or scheduled_at is not null),
  constraint bulk_message_begun_has_time check (state not in ('sending', 'sent') or begun_at is not null),
  constraint bulk_message_ended_has_time check ((state in ('sent', 'cancelled', 'failed')) = (ended_at is not null)),
  constraint bulk_message_due_while_open check ((state in ('scheduled', 'sending')) = (next_attempt_at is not null))
);
create index bulk_message_due on bulk_message (next_attempt_at) where state in ('scheduled', 'sending');
create index bulk_message_of_organizer on bulk_message (organizer_id, id desc);
create index bulk_message_of_event on bulk_message (event_id, id desc);
comment on table bulk_message is 'An organizer''s message to many buyers of an event. A job turns it into deliveries, page by page.';
comment on column bulk_message.organizer_id is 'Owned by accounts.';
comment on column bulk_message.event_id is 'Owned by events.';
comment on column bulk_message.purpose is 'marketing goes to those alone who have agreed to it.';
comment on column bulk_message.segment is 'Which buyers: see src/bulk-messages/segment.ts.';
comment on column bulk_message.body is 'By language: Markdown with Liquid, as typed. Does not change once it is scheduled.';
comment on column bulk_message.begun_at is 'Also the end of its audience: who buys later is not written to.';
comment on column bulk_message.paged_at is 'When the last of its audience had a delivery.';
comment on column bulk_message.page_cursor is 'Where the next page of the audience begins.';
comment on column bulk_message.lease is 'Who works on it until next_attempt_at. A result under another lease is not written.';

create table bulk_message_act (
  bulk_message_id uuid not null references bulk_message (id),
  id uuid not null,
  act text not null,
  actor_id uuid,
  at timestamptz not null,
  primary key (bulk_message_id, id),
  constraint bulk_message_act_known check (
    act in ('created', 'changed', 'tested', 'scheduled', 'unscheduled', 'begun', 'cancelled', 'ended', 'failed'))
);
comment on table bulk_message_act is 'Who did what with a message to many, and when. Never changed.';
comment on column bulk_message_act.actor_id is 'The user, owned by accounts; null: the clock.';

create table bulk_pace (
  scope text primary key,
  next_at timestamptz not null
);
comment on table bulk_pace is 'When the next message of a sender to many may go: of an organizer, by its id, and of the platform.';
