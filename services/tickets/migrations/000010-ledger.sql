-- Every movement of money, in double entry. Written once, in the transaction that moves it, and never changed.

create function ledger_balances(amounts bigint[]) returns boolean
language plpgsql immutable parallel safe as $$
declare
  total numeric := 0;
  amount bigint;
begin
  foreach amount in array amounts loop
    total := total + amount;
  end loop;
  return total = 0;
end $$;
comment on function ledger_balances is 'Whether debits and credits are equal. Every currency has its own transactions.';

create table ledger_transaction (
  source_id uuid not null,
  kind text not null constraint ledger_transaction_kind check (kind in (
    'charge', 'sale', 'refund-promised', 'refund-paid', 'refund-failed', 'dispute-opened', 'dispute-won', 'dispute-lost', 'manual')),
  organizer_id uuid not null,
  event_id uuid,
  order_id uuid,
  currency text not null,
  accounts text[] not null,
  amounts bigint[] not null,
  occurred_at timestamptz not null,
  primary key (source_id, kind),
  constraint ledger_transaction_whole check (cardinality(accounts) = cardinality(amounts) and cardinality(accounts) >= 2),
  constraint ledger_transaction_balances check (ledger_balances(amounts))
);
comment on table ledger_transaction is 'One movement of money. What caused it and the kind are its identity, so that a repetition has no second effect.';
comment on column ledger_transaction.source_id is 'The payment, order, refund or dispute that it is about.';
comment on column ledger_transaction.amounts is 'Debits positive, credits negative, one for each of "accounts". Arrays, because a sale then writes one row instead of four, and the constraint sees all of it.';
create index ledger_transaction_of_organizer on ledger_transaction (organizer_id, occurred_at, source_id, kind);
create index ledger_transaction_of_order on ledger_transaction (order_id);

create function ledger_is_final() returns trigger
language plpgsql as $$
begin
  raise exception 'The ledger is only ever added to';
end $$;
create trigger ledger_transaction_is_final before update or delete on ledger_transaction
  for each row execute function ledger_is_final();

create view ledger_posting as
  select organizer_id, source_id, kind, event_id, order_id, currency, occurred_at, posting.position::int as position, posting.account,
         posting.amount_minor
    from ledger_transaction, unnest(accounts, amounts) with ordinality as posting (account, amount_minor, position);

-- What happened before there was a ledger. Nothing of it had VAT or a fee.
insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
select payment.id, 'charge', orders.organizer_id, payment.event_id, payment.order_id, payment.charged_currency,
       array['provider:' || payment.provider, 'customer-prepayments'], array[payment.charged_minor, -payment.charged_minor], payment.settled_at
  from payment join orders on orders.event_id = payment.event_id and orders.id = payment.order_id
 where payment.charged_minor > 0;
insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
select id, 'sale', organizer_id, event_id, id, currency, array['customer-prepayments', 'sales'], array[total_minor, -total_minor], confirmed_at
  from orders where confirmed_at is not null and total_minor > 0;
insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
select refund.id, 'refund-promised', orders.organizer_id, refund.event_id, refund.order_id, refund.currency,
       array[case when payment.problem is null then 'sales' else 'customer-prepayments' end, 'refunds-due'],
       array[refund.amount_minor, -refund.amount_minor], refund.created_at
  from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
       join orders on orders.event_id = refund.event_id and orders.id = refund.order_id
 where refund.amount_minor > 0;
insert into ledger_transaction (source_id, kind, organizer_id, event_id, order_id, currency, accounts, amounts, occurred_at)
select refund.id, 'refund-paid', orders.organizer_id, refund.event_id, refund.order_id, refund.currency,
       array['refunds-due', 'provider:' || payment.provider], array[refund.amount_minor, -refund.amount_minor], refund.settled_at
  from refund join payment on payment.event_id = refund.event_id and payment.id = refund.payment_id
       join orders on orders.event_id = refund.event_id and orders.id = refund.order_id
 where refund.amount_minor > 0 and refund.state = 'succeeded';
