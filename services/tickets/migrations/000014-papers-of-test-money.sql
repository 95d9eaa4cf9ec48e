-- Papers about test money are no invoices: they are numbered in a series of their own, and leave the real one as it is.

-- Those issued until now keep the numbers under which they were handed out.
alter table invoice add column mode text not null default 'live' constraint invoice_mode check (mode in ('test', 'live'));
alter table invoice alter column mode drop default;
comment on column invoice.mode is 'Of the payment that bought the order. test: no money moved, and the paper says that it is none. Each mode and kind has its own series.';
alter table invoice
  drop constraint invoice_numbered_once,
  add constraint invoice_numbered_once unique (organizer_id, mode, kind, number);

alter table order_number
  add column last_test_invoice bigint not null default 0,
  add column last_test_credit_note bigint not null default 0;
comment on table order_number is 'The last numbers given by an organizer: of orders, and of invoices and credit notes, each also for test money. Raised as the last lock of the transaction that gives them, so that no sequence has a gap.';
