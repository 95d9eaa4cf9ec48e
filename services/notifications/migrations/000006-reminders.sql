create table event_copy (
  id uuid primary key,
  organizer_id uuid not null,
  version integer not null,
  status text not null,
  title jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  venue jsonb not null,
  changed_at timestamptz not null,
  told_version integer,
  announce_at timestamptz,
  constraint event_copy_status_known check (status in ('published', 'cancelled', 'deleted'))
);
create index event_copy_to_announce on event_copy (announce_at) where announce_at is not null;
comment on table event_copy is 'What the messages of events say of each event, the newest version of it. Owned by events.';
comment on column event_copy.changed_at is 'When this version was made, by its message.';
comment on column event_copy.told_version is 'The version that attendees were told last; null: none since they bought.';
comment on column event_copy.announce_at is 'When a change is to be told: a burst of changes is one mail.';

create table event_version (
  event_id uuid not null,
  version integer not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  venue jsonb not null,
  guessed boolean not null,
  primary key (event_id, version)
);
comment on table event_version is 'Versions since the one that attendees were told last, so that a mail can say what was, in whatever order they come.';
comment on column event_version.guessed is 'Known only from the message about the next version.';

create table reminder_rule (
  id uuid primary key,
  organizer_id uuid not null,
  event_id uuid not null references event_copy (id),
  days_before smallint,
  at_time text,
  minutes_before integer,
  channels text[] not null,
  note jsonb not null,
  state text not null,
  due_at timestamptz not null,
  begun_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  constraint reminder_rule_one_way check (
    (days_before is not null and at_time is not null and minutes_before is null)
    or (days_before is null and at_time is null and minutes_before is not null)),
  constraint reminder_rule_days_sane check (days_before between 0 and 365),
  constraint reminder_rule_minutes_sane check (minutes_before between 5 and 525600),
  constraint reminder_rule_time_sane check (at_time ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  constraint reminder_rule_has_channel check (cardinality(channels) > 0 and channels <@ array['email', 'sms']),
  constraint reminder_rule_state_known check (state in ('waiting', 'begun', 'missed', 'called-off'))
);
create index reminder_rule_due on reminder_rule (due_at) where state = 'waiting' and removed_at is null;
create index reminder_rule_of_event on reminder_rule (event_id, id);
comment on table reminder_rule is 'When the people with tickets are reminded of an event: so many days before at a local time, or so many minutes before.';
comment on column reminder_rule.organizer_id is 'Owned by accounts.';
comment on column reminder_rule.at_time is 'Of the venue''s clock, as 18:30.';
comment on column reminder_rule.note is 'What the organizer adds, by language.';
comment on column reminder_rule.state is 'waiting for due_at; begun; missed: it was made, or the event moved, when it was too late; called-off with the event.';
comment on column reminder_rule.due_at is 'Computed from the event; anew when it moves.';

alter table announcement
  drop constraint announcement_kind_known,
  add constraint announcement_kind_known check (
    kind in ('event-cancelled', 'event-rescheduled', 'event-moved', 'event-reminder')),
  add column reminder_rule_id uuid references reminder_rule (id),
  add column channels text[] not null default '{email}',
  add column messages_expire_at timestamptz;
create index announcement_of_reminder on announcement (reminder_rule_id) where reminder_rule_id is not null and done_at is null;
create index announcement_of_event on announcement (event_id);
comment on column announcement.reminder_rule_id is 'The rule, when it is a reminder.';
comment on column announcement.messages_expire_at is 'After it they are of no use.';
