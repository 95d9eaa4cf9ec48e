-- Money that comes by bank: what we wait for, and what has come. Here our own books are the provider's journal.
create table bank_transfer (
  payment_id uuid primary key,
  account_id uuid not null,
  reference text not null constraint bank_transfer_reference unique,
  amount_minor bigint not null,
  currency text not null,
  closed_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table bank_transfer is 'A payment that the buyer makes at the bank.';
comment on column bank_transfer.reference is 'What the buyer writes on it: an ISO 11649 creditor reference, whose check digits catch a slip of the pen.';
comment on column bank_transfer.closed_at is 'Since when it is no longer expected. If it comes all the same, it is a late payment.';
create index bank_transfer_of_account on bank_transfer (account_id, payment_id);

create table bank_entry (
  id uuid primary key,
  account_id uuid not null,
  source text not null constraint bank_entry_source check (source in ('statement', 'hand')),
  row_digest bytea not null,
  booked_on date not null,
  amount_minor bigint not null,
  currency text not null,
  text text not null,
  outcome text not null constraint bank_entry_outcome check (outcome in (
    'paid', 'part', 'wrong-amount', 'paid-already', 'unmatched', 'sent-back', 'recorded-before')),
  payment_id uuid,
  recorded_by uuid not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  note text,
  closed_by uuid,
  closed_at timestamptz,
  constraint bank_entry_once unique (account_id, row_digest)
);
comment on table bank_entry is 'Money that arrived at the bank, from a statement or told by a member.';
comment on column bank_entry.row_digest is 'Of the row of the statement, and of which of several equal ones it is: the same row imported again has no second effect.';
comment on column bank_entry.payment_id is 'The payment that it names; for `paid` the one that it pays.';
comment on column bank_entry.outcome is '`part`: pays together with the one that is `paid`. `wrong-amount`, `paid-already`, `unmatched` wait for a person, who assigns them to a payment, or closes them: `sent-back`, or `recorded-before` (the same money was told by hand).';
comment on column bank_entry.note is 'What the person who closed it wrote of it.';
comment on column bank_entry.settled_at is 'When its payment was settled with it; a job makes up for a crash in between.';
create unique index bank_entry_pays_once on bank_entry (payment_id) where outcome = 'paid';
create index bank_entry_of_account on bank_entry (account_id, id);
create index bank_entry_to_settle on bank_entry (id) where outcome = 'paid' and settled_at is null;
create index bank_entry_of_payment on bank_entry (payment_id);

-- Money at the bank that pays nothing yet is in the books, too: of no event and no order.
alter table ledger_transaction drop constraint ledger_transaction_kind;
alter table ledger_transaction add constraint ledger_transaction_kind check (kind in (
  'charge', 'sale', 'refund-promised', 'refund-paid', 'refund-failed', 'dispute-opened', 'dispute-won', 'dispute-lost', 'manual',
  'entry-arrived', 'entry-assigned', 'entry-closed'));
comment on column ledger_transaction.source_id is 'The payment, order, refund, dispute or entry at the bank that it is about.';
