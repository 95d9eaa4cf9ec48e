-- pg_trgm is a trusted extension: the owner of the database may create it, no superuser needed (PostgreSQL ≥ 13).
create extension if not exists pg_trgm;

create table image (
  id uuid primary key,
  organizer_id uuid not null,
  bytes bytea not null,
  width integer not null,
  height integer not null,
  created_at timestamptz not null
);
-- WebP is compressed already; trying again costs time and gains nothing.
alter table image alter column bytes set storage external;
comment on table image is 'Pictures of events, always our own WebP encoding, never the bytes that were sent. A row is not changed, only replaced.';
comment on column image.organizer_id is 'Owned by accounts.';

create table event (
  id uuid primary key,
  organizer_id uuid not null,
  status text not null constraint event_status_known check (status in ('draft', 'published', 'cancelled')),
  title jsonb not null,
  description jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  venue jsonb not null,
  category text not null,
  image_id uuid references image (id),
  image_source_url text,
  image_alt jsonb,
  url text,
  search_text text not null,
  city_key text,
  published_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason jsonb,
  import_ref text,
  import_digest bytea,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint event_ends_after_start check (ends_at > starts_at),
  constraint event_import_ref_unique unique (organizer_id, import_ref),
  constraint event_published_has_time check (status = 'draft' or published_at is not null),
  constraint event_cancelled_has_time check ((status = 'cancelled') = (cancelled_at is not null))
);
comment on table event is 'An event in its organizer''s words. Prices and stock are in tickets.';
comment on column event.organizer_id is 'Owned by accounts.';
comment on column event.title is 'Text by language: {"en": "…", "fr": "…"}.';
comment on column event.description is 'Markdown by language, as it was written; made safe when it is read.';
comment on column event.image_source_url is 'Where image_id was fetched from, so that the same address is not fetched again.';
comment on column event.search_text is 'Titles, venue and city in lower case without accents, written by the application (events/search-text.ts).';
comment on column event.city_key is 'The city in lower case without accents: what the filter compares.';
comment on column event.import_ref is 'The name of the record in the source that it was imported from.';
comment on column event.import_digest is 'SHA-256 of the last imported record: the same record again changes nothing, not even later edits by hand.';
comment on column event.version is 'Grows by one with every change; the ETag, and in every message so that a copy never goes back.';

create index event_public_by_start on event (starts_at, id) where status <> 'draft';
create index event_by_organizer on event (organizer_id, starts_at, id);
create index event_search on event using gin (search_text gin_trgm_ops);
create index event_by_image on event (image_id) where image_id is not null;

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
