-- The few rows that the broker refused hold back the later ones of their subject: found without reading a whole backlog.
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
comment on table outbox_republish is 'What was published and is to be sent again, because the broker or a queue lost it. Worked off by the relay before anything new, page by page.';
comment on column outbox_republish.since is 'Only what was published at this instant or later.';
comment on column outbox_republish.last_id is 'The last outbox row that may have been lost; later ones met the broker as it is now.';
comment on column outbox_republish.after_id is 'Rows up to this one have been sent again.';
create index outbox_republish_open on outbox_republish (id) where finished_at is null;
