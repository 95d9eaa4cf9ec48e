-- Just enough of three peers' tables for their reservation statements, written anew from a description of them.

-- pretix: stock is what a quota holds less everything that counts against it.
create schema pretix;
create table pretix.quota_items (quota_id integer, item_id integer, primary key (quota_id, item_id));
create table pretix.quota_variations (quota_id integer, itemvariation_id integer, primary key (quota_id, itemvariation_id));
create table pretix.orders (id bigint primary key, event_id integer not null, status char(1) not null);
create index on pretix.orders (event_id);
create table pretix.orderposition (
  id bigint primary key, order_id bigint not null references pretix.orders, item_id integer not null,
  variation_id integer, subevent_id integer, canceled boolean not null default false);
create index on pretix.orderposition (order_id);
create index on pretix.orderposition (item_id);
create table pretix.voucher (
  id bigint generated always as identity primary key, event_id integer not null, item_id integer, block_quota boolean not null,
  max_usages integer not null, redeemed integer not null, valid_until timestamptz);
create index on pretix.voucher (event_id);
create table pretix.cartposition (
  id bigint generated always as identity primary key, event_id integer not null, cart_id uuid not null, item_id integer not null,
  variation_id integer, subevent_id integer, price numeric(13, 2) not null, expires timestamptz not null);
create index on pretix.cartposition (event_id);
create index on pretix.cartposition (item_id);
create index on pretix.cartposition (expires);
create table pretix.waitinglistentry (
  id bigint generated always as identity primary key, event_id integer not null, item_id integer not null,
  variation_id integer, voucher_id bigint);
create index on pretix.waitinglistentry (event_id);

-- alf.io: one row for each place.
create schema alfio;
create table alfio.tickets_reservation (
  id uuid primary key, creation_ts timestamptz not null, validity timestamptz not null, status text not null,
  src_price_cts integer, final_price_cts integer);
create table alfio.ticket_category (
  id integer primary key, event_id integer not null, tc_status text not null, max_tickets integer not null, src_price_cts integer);
create table alfio.ticket (
  id integer primary key, uuid uuid not null unique, creation timestamptz not null, category_id integer not null,
  event_id integer not null, status text not null, tickets_reservation_id uuid, src_price_cts integer not null default 0,
  final_price_cts integer not null default 0, vat_cts integer not null default 0, full_name text, email_address text);
create index on alfio.ticket (category_id);
create index on alfio.ticket (event_id);
create index on alfio.ticket (tickets_reservation_id);
create table alfio.auditing (reservation_id uuid not null, event_id integer, event_time timestamptz not null, event_type text not null);
create index on alfio.auditing (reservation_id);

-- Hi.Events: a counter of what is sold, and a sum over the items of live reservations.
create schema hievents;
create table hievents.events (id integer primary key, status text not null);
create table hievents.event_settings (id integer primary key, event_id integer not null, order_timeout_in_minutes integer not null);
create index on hievents.event_settings (event_id);
create table hievents.promo_codes (id integer primary key, event_id integer not null, code text not null);
create index on hievents.promo_codes (event_id);
create table hievents.capacity_assignments (
  id integer primary key, event_id integer not null, applies_to text not null, status text not null, capacity integer);
create index on hievents.capacity_assignments (event_id);
create table hievents.products (id integer primary key, event_id integer not null, title text not null);
create index on hievents.products (event_id);
create table hievents.product_prices (
  id integer primary key, product_id integer not null, price numeric(14, 2) not null, initial_quantity_available integer,
  quantity_sold integer not null default 0);
create index on hievents.product_prices (product_id);
create table hievents.orders (
  id bigint generated always as identity primary key, event_id integer not null, session_id text, status text not null,
  reserved_until timestamptz, total_gross numeric(14, 2) not null default 0, deleted_at timestamptz);
create index on hievents.orders (event_id);
create index on hievents.orders (session_id);
create table hievents.order_items (
  id bigint generated always as identity primary key, order_id bigint not null, product_id integer not null,
  product_price_id integer not null, quantity integer not null, price numeric(14, 2) not null);
create index on hievents.order_items (order_id);
create index on hievents.order_items (product_id);
create index on hievents.order_items (product_price_id);
