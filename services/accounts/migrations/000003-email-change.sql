create table email_change (
  id uuid primary key,
  user_id uuid not null references user_account (id),
  state text not null constraint email_change_state_known check (state in ('asked', 'done')),
  email text not null,
  email_key text not null,
  previous_email text,
  previous_email_key text,
  token_hash bytea unique,
  created_at timestamptz not null,
  ends_at timestamptz not null,
  constraint email_change_done_knows_what_was
    check ((state = 'done') = (previous_email is not null) and (state = 'done') = (previous_email_key is not null))
);
create unique index email_change_one_asked on email_change (user_id) where state = 'asked';
create index email_change_of_user on email_change (user_id, ends_at);
comment on table email_change is 'A new address of an account: one that waits to be confirmed, or one in force that can still be undone. What is over is deleted.';
comment on column email_change.token_hash is 'SHA-256 of the secret in the link: while asked, of the one that confirms; once done, of the one that undoes. Null before its mail is sent.';
comment on column email_change.ends_at is 'Until when it can be confirmed, or undone.';

create table farewell (
  id uuid primary key,
  email text not null,
  name text not null,
  locale text not null constraint farewell_locale_known check (locale in ('en', 'fr')),
  created_at timestamptz not null
);
comment on table farewell is 'Whom to tell that an account is gone. Without its id; deleted when the mail is sent, and after three days in any case.';
