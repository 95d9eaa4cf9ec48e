create table user_account (
  id uuid primary key,
  email text,
  email_key text unique,
  name text not null,
  locale text not null default 'en' constraint user_account_locale_known check (locale in ('en', 'fr')),
  password_hash text,
  admin boolean not null default false,
  email_confirmed_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  erased_at timestamptz,
  constraint user_account_erased_is_empty check (
    erased_at is null or (email is null and email_key is null and password_hash is null and name = '' and not admin)
  ),
  constraint user_account_email_with_key check ((email is null) = (email_key is null))
);
comment on table user_account is 'A person who can sign in. An erased one keeps only the id, because orders elsewhere name it.';
comment on column user_account.email is 'As the person wrote it, with the domain in lower case; null once erased.';
comment on column user_account.email_key is 'The address in NFC and lower case: what makes two addresses the same.';
comment on column user_account.password_hash is 'PHC string of argon2id; null for an administrator who came by link and has set none.';

create table organizer (
  id uuid primary key,
  name text not null,
  contact_email text,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
comment on table organizer is 'An organisation that sells.';

create table membership (
  organizer_id uuid not null references organizer (id),
  user_id uuid not null references user_account (id),
  role text not null constraint membership_role_known
    check (role in ('owner', 'manager', 'finance', 'support', 'door', 'viewer')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organizer_id, user_id)
);
create index membership_of_user on membership (user_id);
comment on table membership is 'A user''s one role in an organizer.';

create table client (
  id text primary key,
  kind text not null constraint client_kind_known check (kind in ('first-party', 'service', 'registered')),
  name text not null,
  secret_hash bytea,
  created_at timestamptz not null default now()
);
comment on table client is 'An OAuth client (RFC 6749 §2).';
comment on column client.secret_hash is 'SHA-256; null for services, whose secret is in the environment, and for our own web.';
insert into client (id, kind, name) values
  ('web', 'first-party', 'Guichet'),
  ('events', 'service', 'Events'),
  ('tickets', 'service', 'Tickets'),
  ('notifications', 'service', 'Notifications');

create table session (
  id uuid primary key,
  user_id uuid not null references user_account (id),
  client_id text not null references client (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_because text,
  constraint session_revoked_with_reason check ((revoked_at is null) = (revoked_because is null))
);
create index session_of_user on session (user_id) where revoked_at is null;
comment on table session is 'One sign-in on one device; its id is the claim sid of the access tokens.';
comment on column session.expires_at is 'The absolute end, however often it is refreshed.';

create table refresh_family (
  id uuid primary key,
  session_id uuid not null references session (id) on delete cascade,
  client_id text not null references client (id),
  generation integer not null default 1,
  rotated_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index refresh_family_of_session on refresh_family (session_id);
comment on table refresh_family is 'All refresh tokens that follow from one sign-in. A token is an HMAC of family and generation, so none is stored.';
comment on column refresh_family.generation is 'The only good one. The one before is forgiven for some seconds; an older one revokes the family.';
comment on column refresh_family.expires_at is 'Moves on with each refresh, never beyond the end of the session.';

create table one_time_link (
  token_hash bytea primary key,
  purpose text not null constraint one_time_link_purpose_known
    check (purpose in ('email-confirmation', 'password-reset', 'admin-sign-in')),
  user_id uuid references user_account (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint one_time_link_names_its_user check ((purpose = 'admin-sign-in') = (user_id is null))
);
create index one_time_link_of_user on one_time_link (user_id, purpose) where used_at is null;
comment on table one_time_link is 'Secrets of 256 bits that work once; only their SHA-256 is kept.';

create table account_request (
  id bigint generated always as identity primary key,
  kind text not null constraint account_request_kind_known
    check (kind in ('sign-up', 'email-confirmation', 'password-reset')),
  email text not null,
  email_key text not null,
  name text,
  locale text,
  password_hash text,
  created_at timestamptz not null,
  constraint account_request_sign_up_whole check (
    (kind = 'sign-up') = (name is not null and locale is not null and password_hash is not null)
  )
);
comment on table account_request is 'What strangers asked for an address. It is noted alike for known and unknown ones, answered, and only then looked up.';

create table signing_key (
  kid text primary key,
  algorithm text not null constraint signing_key_algorithm_known check (algorithm = 'ES256'),
  state text not null constraint signing_key_state_known check (state in ('next', 'current', 'retired')),
  public_jwk jsonb not null,
  private_key_sealed bytea,
  created_at timestamptz not null,
  current_since timestamptz,
  retired_at timestamptz
);
create unique index signing_key_one_next on signing_key (state) where state = 'next';
create unique index signing_key_one_current on signing_key (state) where state = 'current';
comment on table signing_key is 'Keys of the access tokens. The next one is published before it signs, a retired one until its last token is over.';
comment on column signing_key.private_key_sealed is 'AES-256-GCM (nonce, ciphertext, tag) under a key derived from ACCOUNTS_SECRET; null once retired.';

create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  action text not null,
  actor text not null,
  target text,
  facts jsonb not null default '{}',
  ip text,
  request_id uuid
);
create index audit_entry_by_target on audit_entry (target, at);
create index audit_entry_by_actor on audit_entry (actor, at);
create index audit_entry_by_time on audit_entry (at);
comment on table audit_entry is 'Who did what to whom, written in the transaction of the deed. Ids only: no address, no name.';

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
comment on table token_cutoff is 'Access tokens of the user issued before this time are refused, here and (by message) everywhere.';
