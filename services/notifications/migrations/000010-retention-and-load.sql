-- A heap that nobody wants, or that the broker refused, is not walked through for what is new; and whether any of it is due is
-- read from the index alone.
create index outbox_fresh on outbox (id) where published_at is null and last_error is null;
create index outbox_put_off on outbox (id, next_attempt_at) where published_at is null and last_error is not null;
drop index outbox_unpublished;

-- What waits for a service that is away is not walked through for what can be sent: each kind and channel has its own row of what is due.
drop index delivery_due;
create index delivery_due on delivery (priority, kind, channel, next_attempt_at) where state in ('pending', 'sending', 'retrying');

-- Forgotten by age: see src/retention.
create index idempotency_key_by_age on idempotency_key using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index delivery_of_announcement on delivery (announcement_id) where announcement_id is not null;
create index sms_count_by_day on sms_count (period) where period <> 'ever';
create index suppression_by_age on suppression (created_at);
alter table bulk_message add column results jsonb;
comment on column bulk_message.results is 'What became of its messages, counted when they were forgotten.';

alter table event_version add column changed_at timestamptz;
comment on column event_version.changed_at is 'When this version was made, so that who bought while it stood can be found; null: not known.';
