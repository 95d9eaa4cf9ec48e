-- What all migrations make together. Written by the tests (vitest -u); read the diff in a review.

create table account_request (
  id bigint generated always as identity not null,
  kind text not null,
  email text not null,
  email_key text not null,
  name text,
  locale text,
  password_hash text,
  created_at timestamp with time zone not null,
  constraint account_request_kind_known CHECK ((kind = ANY (ARRAY['sign-up'::text, 'email-confirmation'::text, 'password-reset'::text]))),
  constraint account_request_sign_up_whole CHECK (((kind = 'sign-up'::text) = ((name IS NOT NULL) AND (locale IS NOT NULL) AND (password_hash IS NOT NULL)))),
  constraint account_request_pkey PRIMARY KEY (id)
);
comment on table account_request is 'What strangers asked for an address. It is noted alike for known and unknown ones, answered, and only then looked up.';

create table audit_entry (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  action text not null,
  actor text not null,
  target text,
  facts jsonb default '{}'::jsonb not null,
  ip text,
  request_id uuid,
  constraint audit_entry_pkey PRIMARY KEY (id)
);
comment on table audit_entry is 'Who did what to whom, written in the transaction of the deed. Ids only: no address, no name.';
CREATE INDEX audit_entry_by_actor ON public.audit_entry USING btree (actor, at);
CREATE INDEX audit_entry_by_target ON public.audit_entry USING btree (target, at);
CREATE INDEX audit_entry_by_time ON public.audit_entry USING btree (at);

create table client (
  id text not null,
  kind text not null,
  name text not null,
  secret_hash bytea,
  created_at timestamp with time zone default now() not null,
  constraint client_kind_known CHECK ((kind = ANY (ARRAY['first-party'::text, 'service'::text, 'registered'::text]))),
  constraint client_pkey PRIMARY KEY (id)
);
comment on table client is 'An OAuth client (RFC 6749 §2).';
comment on column client.secret_hash is 'SHA-256; null for services, whose secret is in the environment, and for our own web.';

create table email_change (
  id uuid not null,
  user_id uuid not null,
  state text not null,
  email text not null,
  email_key text not null,
  previous_email text,
  previous_email_key text,
  token_hash bytea,
  created_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint email_change_done_knows_what_was CHECK ((((state = 'done'::text) = (previous_email IS NOT NULL)) AND ((state = 'done'::text) = (previous_email_key IS NOT NULL)))),
  constraint email_change_state_known CHECK ((state = ANY (ARRAY['asked'::text, 'done'::text]))),
  constraint email_change_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id),
  constraint email_change_pkey PRIMARY KEY (id),
  constraint email_change_token_hash_key UNIQUE (token_hash)
);
comment on table email_change is 'A new address of an account: one that waits to be confirmed, or one in force that can still be undone. What is over is deleted.';
comment on column email_change.token_hash is 'SHA-256 of the secret in the link: while asked, of the one that confirms; once done, of the one that undoes. Null before its mail is sent.';
comment on column email_change.ends_at is 'Until when it can be confirmed, or undone.';
CREATE INDEX email_change_of_user ON public.email_change USING btree (user_id, ends_at);
CREATE UNIQUE INDEX email_change_one_asked ON public.email_change USING btree (user_id) WHERE (state = 'asked'::text);

create table farewell (
  id uuid not null,
  email text not null,
  name text not null,
  locale text not null,
  created_at timestamp with time zone not null,
  constraint farewell_locale_known CHECK ((locale = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint farewell_pkey PRIMARY KEY (id)
);
comment on table farewell is 'Whom to tell that an account is gone. Without its id; deleted when the mail is sent, and after three days in any case.';

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_key_pkey PRIMARY KEY (scope, key)
);

create table inbox (
  queue text not null,
  message_id uuid not null,
  received_at timestamp with time zone default now() not null,
  constraint inbox_pkey PRIMARY KEY (queue, message_id)
);

create table membership (
  organizer_id uuid not null,
  user_id uuid not null,
  role text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint membership_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'finance'::text, 'support'::text, 'door'::text, 'viewer'::text]))),
  constraint membership_organizer_id_fkey FOREIGN KEY (organizer_id) REFERENCES organizer(id),
  constraint membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id),
  constraint membership_pkey PRIMARY KEY (organizer_id, user_id)
);
comment on table membership is 'A user's one role in an organizer.';
CREATE INDEX membership_of_user ON public.membership USING btree (user_id);

create table one_time_link (
  token_hash bytea not null,
  purpose text not null,
  user_id uuid,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint one_time_link_names_its_user CHECK (((purpose = 'admin-sign-in'::text) = (user_id IS NULL))),
  constraint one_time_link_purpose_known CHECK ((purpose = ANY (ARRAY['email-confirmation'::text, 'password-reset'::text, 'admin-sign-in'::text]))),
  constraint one_time_link_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id),
  constraint one_time_link_pkey PRIMARY KEY (token_hash)
);
comment on table one_time_link is 'Secrets of 256 bits that work once; only their SHA-256 is kept.';
CREATE INDEX one_time_link_of_user ON public.one_time_link USING btree (user_id, purpose) WHERE (used_at IS NULL);

create table organizer (
  id uuid not null,
  name text not null,
  contact_email text,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint organizer_pkey PRIMARY KEY (id)
);
comment on table organizer is 'An organisation that sells.';

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

create table refresh_family (
  id uuid not null,
  session_id uuid not null,
  client_id text not null,
  generation integer default 1 not null,
  rotated_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint refresh_family_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(id),
  constraint refresh_family_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE,
  constraint refresh_family_pkey PRIMARY KEY (id)
);
comment on table refresh_family is 'All refresh tokens that follow from one sign-in. A token is an HMAC of family and generation, so none is stored.';
comment on column refresh_family.generation is 'The only good one. The one before is forgiven for some seconds; an older one revokes the family.';
comment on column refresh_family.expires_at is 'Moves on with each refresh, never beyond the end of the session.';
CREATE INDEX refresh_family_of_session ON public.refresh_family USING btree (session_id);

create table session (
  id uuid not null,
  user_id uuid not null,
  client_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_because text,
  constraint session_revoked_with_reason CHECK (((revoked_at IS NULL) = (revoked_because IS NULL))),
  constraint session_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(id),
  constraint session_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id),
  constraint session_pkey PRIMARY KEY (id)
);
comment on table session is 'One sign-in on one device; its id is the claim sid of the access tokens.';
comment on column session.expires_at is 'The absolute end, however often it is refreshed.';
CREATE INDEX session_of_user ON public.session USING btree (user_id) WHERE (revoked_at IS NULL);

create table signing_key (
  kid text not null,
  algorithm text not null,
  state text not null,
  public_jwk jsonb not null,
  private_key_sealed bytea,
  created_at timestamp with time zone not null,
  current_since timestamp with time zone,
  retired_at timestamp with time zone,
  constraint signing_key_algorithm_known CHECK ((algorithm = 'ES256'::text)),
  constraint signing_key_state_known CHECK ((state = ANY (ARRAY['next'::text, 'current'::text, 'retired'::text]))),
  constraint signing_key_pkey PRIMARY KEY (kid)
);
comment on table signing_key is 'Keys of the access tokens. The next one is published before it signs, a retired one until its last token is over.';
comment on column signing_key.private_key_sealed is 'AES-256-GCM (nonce, ciphertext, tag) under a key derived from ACCOUNTS_SECRET; null once retired.';
CREATE UNIQUE INDEX signing_key_one_current ON public.signing_key USING btree (state) WHERE (state = 'current'::text);
CREATE UNIQUE INDEX signing_key_one_next ON public.signing_key USING btree (state) WHERE (state = 'next'::text);

create table token_cutoff (
  user_id uuid not null,
  issued_before timestamp with time zone not null,
  constraint token_cutoff_pkey PRIMARY KEY (user_id)
);
comment on table token_cutoff is 'Access tokens of the user issued before this time are refused, here and (by message) everywhere.';

create table user_account (
  id uuid not null,
  email text,
  email_key text,
  name text not null,
  locale text default 'en'::text not null,
  password_hash text,
  admin boolean default false not null,
  email_confirmed_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  erased_at timestamp with time zone,
  constraint user_account_email_with_key CHECK (((email IS NULL) = (email_key IS NULL))),
  constraint user_account_erased_is_empty CHECK (((erased_at IS NULL) OR ((email IS NULL) AND (email_key IS NULL) AND (password_hash IS NULL) AND (name = ''::text) AND (NOT admin)))),
  constraint user_account_locale_known CHECK ((locale = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint user_account_pkey PRIMARY KEY (id),
  constraint user_account_email_key_key UNIQUE (email_key)
);
comment on table user_account is 'A person who can sign in. An erased one keeps only the id, because orders elsewhere name it.';
comment on column user_account.email is 'As the person wrote it, with the domain in lower case; null once erased.';
comment on column user_account.email_key is 'The address in NFC and lower case: what makes two addresses the same.';
comment on column user_account.password_hash is 'PHC string of argon2id; null for an administrator who came by link and has set none.';
