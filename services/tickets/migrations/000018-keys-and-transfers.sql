-- Keys to orders that can be taken back, and tickets that are passed on.

alter table orders add column secret_version integer not null default 0;
comment on column orders.secret_version is 'Raised when the address is corrected: who got the mails before has a key that no longer opens anything.';

alter table order_recipient_change add column request_digest bytea;
comment on column order_recipient_change.request_digest is 'Of the Idempotency-Key, key and address with which it was asked: who asks the same again, with the key that this made old, gets the answer again.';

alter table ticket
  add column holder_email text,
  add column transferred_at timestamptz,
  add column transfers integer not null default 0;
comment on column ticket.transferred_at is 'When the buyer passed it on to its holder; null while it is the buyer''s.';
comment on column ticket.holder_email is 'Of whom it was passed on to; gone when the buyer was erased, and a month after the event.';
comment on column ticket.transfers is 'How often it was passed on, whether taken back since or not.';
create index ticket_passed_on on ticket (id) where transferred_at is not null;
create index ticket_of_holder on ticket (event_id) where holder_email is not null;

create table ticket_transfer (
  event_id uuid not null,
  order_id uuid not null,
  ticket_id uuid not null,
  code_version integer not null,
  kind text not null constraint ticket_transfer_kind check (kind in ('passed-on', 'taken-back')),
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (event_id, order_id, ticket_id, code_version)
);
comment on table ticket_transfer is 'Each time that a ticket was passed on or taken back. Holds no name and no address: those of the present holder stand with the ticket.';
comment on column ticket_transfer.code_version is 'Of the ticket from then on.';
comment on column ticket_transfer.changed_by is 'buyer, or the id of the member.';
