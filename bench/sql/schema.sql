-- One schema with one set of indexes for every contender that is SQL, and for the plain server (D).
create table stock (
  id bigint primary key,
  capacity integer not null,
  remaining integer not null,
  constraint stock_not_oversold check (remaining between 0 and capacity)
) with (fillfactor = 50);
create table orders (
  id uuid primary key,
  event_id bigint not null,
  email text not null,
  qty integer not null check (qty >= 1),
  idem uuid not null unique,
  created_at timestamptz not null default now()
);
create index orders_of_event on orders (event_id);
create table tickets (
  order_id uuid not null,
  n integer not null,
  primary key (order_id, n)
);
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key uuid not null,
  created_at timestamptz not null default now()
);
