-- What all migrations make together. Written by the tests (vitest -u); read the diff in a review.

create table event (
  id uuid not null,
  organizer_id uuid not null,
  status text not null,
  title jsonb not null,
  description jsonb not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  venue jsonb not null,
  category text not null,
  image_id uuid,
  image_source_url text,
  image_alt jsonb,
  url text,
  search_text text not null,
  city_key text,
  published_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  cancellation_reason jsonb,
  import_ref text,
  import_digest bytea,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint event_cancelled_has_time CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL))),
  constraint event_ends_after_start CHECK ((ends_at > starts_at)),
  constraint event_published_has_time CHECK (((status = 'draft'::text) OR (published_at IS NOT NULL))),
  constraint event_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'cancelled'::text]))),
  constraint event_image_id_fkey FOREIGN KEY (image_id) REFERENCES image(id),
  constraint event_pkey PRIMARY KEY (id),
  constraint event_import_ref_unique UNIQUE (organizer_id, import_ref)
);
comment on table event is 'An event in its organizer's words. Prices and stock are in tickets.';
comment on column event.organizer_id is 'Owned by accounts.';
comment on column event.title is 'Text by language: {"en": "…", "fr": "…"}.';
comment on column event.description is 'Markdown by language, as it was written; made safe when it is read.';
comment on column event.image_source_url is 'Where image_id was fetched from, so that the same address is not fetched again.';
comment on column event.search_text is 'Titles, venue and city in lower case without accents, written by the application (events/search-text.ts).';
comment on column event.city_key is 'The city in lower case without accents: what the filter compares.';
comment on column event.import_ref is 'The name of the record in the source that it was imported from.';
comment on column event.import_digest is 'SHA-256 of the last imported record: the same record again changes nothing, not even later edits by hand.';
comment on column event.version is 'Grows by one with every change; the ETag, and in every message so that a copy never goes back.';
CREATE INDEX event_by_image ON public.event USING btree (image_id) WHERE (image_id IS NOT NULL);
CREATE INDEX event_by_organizer ON public.event USING btree (organizer_id, starts_at, id);
CREATE INDEX event_public_by_start ON public.event USING btree (starts_at, id) WHERE (status <> 'draft'::text);
CREATE INDEX event_search ON public.event USING gin (search_text gin_trgm_ops);

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

create table image (
  id uuid not null,
  organizer_id uuid not null,
  bytes bytea not null,
  width integer not null,
  height integer not null,
  created_at timestamp with time zone not null,
  constraint image_pkey PRIMARY KEY (id)
);
comment on table image is 'Pictures of events, always our own WebP encoding, never the bytes that were sent. A row is not changed, only replaced.';
comment on column image.organizer_id is 'Owned by accounts.';

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

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);
