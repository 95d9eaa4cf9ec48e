create table template (
  organizer_id uuid not null,
  kind text not null,
  language text not null,
  subject text not null,
  preheader text not null,
  title text not null,
  body text not null,
  version integer not null default 1,
  updated_by uuid,
  updated_at timestamptz not null,
  primary key (organizer_id, kind, language),
  constraint template_language_known check (language in ('en', 'fr')),
  constraint template_size check (length(subject) + length(preheader) + length(title) + length(body) <= 25000)
);
comment on table template is 'The words of a mail as an organizer has them; without a row, those of src/templates/defaults.';
comment on column template.organizer_id is 'Owned by accounts.';
comment on column template.body is 'Markdown with Liquid. Kept as it was typed; made safe when a mail is written.';
comment on column template.updated_by is 'The user; owned by accounts.';

create table mail_settings (
  organizer_id uuid primary key,
  sender_name text,
  reply_to text,
  accent text,
  footer jsonb not null default '{}',
  postal_address text,
  version integer not null default 1,
  updated_by uuid,
  updated_at timestamptz not null,
  constraint mail_settings_accent_is_a_colour check (accent ~ '^#[0-9a-f]{6}$')
);
comment on table mail_settings is 'In whose name an organizer''s mails are written. The address they come from stays the platform''s.';
comment on column mail_settings.organizer_id is 'Owned by accounts.';
comment on column mail_settings.footer is 'Localised: a line under every mail.';
