-- Pools that several types share, codes, limits for each buyer, add-ons, prices that buyers choose, and the waiting list.

-- Terms are cached by the processes that sell. The version lies in the row that they lock, so that a changed one is seen there.
alter table allotment
  add column kind text not null default 'type'
    constraint allotment_kind check (kind in ('type', 'shared', 'event', 'promo')),
  add column name jsonb,
  add column waiting integer not null default 0,
  add column terms_version bigint not null default 1,
  add column version integer not null default 1,
  add constraint allotment_waiting check (waiting >= 0);
comment on column allotment.kind is 'type: a type''s own capacity; shared: of several types; event: of all types, also those to come; promo: the uses of a code.';
comment on column allotment.name is 'What the organizer calls a shared pool.';
comment on column allotment.waiting is 'Entries of the waiting list of this type that have had no offer yet: while there are any, its free places are theirs.';
comment on column allotment.terms_version is 'The same in all allotments of an event; raised, with all of them locked, by whatever changes what is sold and how.';

alter table ticket_type
  add column hidden boolean not null default false,
  add column paused boolean not null default false,
  add column max_per_buyer integer constraint ticket_type_max_per_buyer check (max_per_buyer >= 1),
  add column pricing text not null default 'fixed' constraint ticket_type_pricing check (pricing in ('fixed', 'chosen')),
  add column suggested_price_minor bigint,
  add column add_on_to uuid[] not null default '{}',
  add column max_per_ticket integer constraint ticket_type_max_per_ticket check (max_per_ticket >= 1),
  add constraint ticket_type_suggestion check (suggested_price_minor is null or (pricing = 'chosen' and suggested_price_minor >= price_minor));
comment on column ticket_type.hidden is 'Seen and bought only with a code that unlocks it.';
comment on column ticket_type.max_per_buyer is 'Over all orders of one buyer that are held or confirmed. Orders then need the buyer''s e-mail address when they are placed.';
comment on column ticket_type.pricing is 'chosen: the buyer names the price, price_minor is the least.';
comment on column ticket_type.add_on_to is 'Types of which the same order must have one; empty: sold by itself.';
comment on column ticket_type.max_per_ticket is 'How many of an add-on one ticket of those types allows; null: any number.';

create table promo_code (
  event_id uuid not null,
  id uuid not null,
  code text not null,
  discount_percent integer constraint promo_code_percent check (discount_percent between 1 and 100),
  discount_minor bigint constraint promo_code_amount check (discount_minor > 0),
  ticket_type_ids uuid[] not null default '{}',
  unlocks boolean not null default false,
  allotment_id uuid,
  starts_at timestamptz,
  ends_at timestamptz,
  active boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null,
  primary key (event_id, id),
  constraint promo_code_one_discount check (discount_percent is null or discount_minor is null),
  constraint promo_code_window check (ends_at > starts_at)
);
comment on table promo_code is 'Lowers prices, or opens hidden types (an access code), or both.';
comment on column promo_code.code is 'As the organizer wrote it. Compared by upper(code).';
comment on column promo_code.ticket_type_ids is 'The types it is for; empty: all that are not hidden.';
comment on column promo_code.allotment_id is 'The pool of its uses, one for each ticket that it was for; null: any number.';
create unique index promo_code_by_code on promo_code (event_id, upper(code));

-- What an order draws on is kept with it, so that it gives back exactly that, whatever the types draw on by then.
alter table orders
  add column allotment_ids uuid[] not null default '{}',
  add column allotment_places integer[] not null default '{}',
  add column promo_code_id uuid,
  add column promo_code text,
  add column buyer_key text,
  add column waiting_entry_id uuid;
comment on column orders.allotment_places is 'Places taken from each of allotment_ids, in the same order.';
comment on column orders.promo_code is 'As the buyer typed it.';
comment on column orders.buyer_key is 'The buyer''s e-mail address in lower case; only where a limit for each buyer counts it.';
comment on column orders.waiting_entry_id is 'The waiting list''s entry to which this hold was offered.';
update orders set allotment_ids = places.ids, allotment_places = places.counts
  from (select event_id, order_id, array_agg(allotment_id order by allotment_id) as ids, array_agg(quantity order by allotment_id) as counts
          from (select line.event_id, line.order_id, draw.allotment_id, sum(line.quantity)::int as quantity
                  from order_line line join ticket_type_allotment draw
                    on draw.event_id = line.event_id and draw.ticket_type_id = line.ticket_type_id
                 group by 1, 2, 3) one group by 1, 2) places
 where places.event_id = orders.event_id and places.order_id = orders.id;
create index orders_of_buyer_key on orders (event_id, buyer_key) where buyer_key is not null;
comment on table ticket_type_allotment is 'Which pools a ticket of a type draws on, one place from each.';

alter table order_line add column full_price_minor bigint;
comment on column order_line.full_price_minor is 'The price without the code; null where none lowered it.';

create table waiting_entry (
  event_id uuid not null,
  id uuid not null,
  ticket_type_id uuid not null,
  email text not null,
  quantity integer not null constraint waiting_entry_quantity check (quantity >= 1),
  locale text not null,
  state text not null constraint waiting_entry_state check (state in ('waiting', 'offered', 'left')),
  order_id uuid,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (event_id, id),
  constraint waiting_entry_offer check ((state = 'offered') = (order_id is not null))
);
comment on table waiting_entry is 'Who waits for places of a sold-out type; served in the order of the ids.';
comment on column waiting_entry.order_id is 'The hold that was offered; what became of it is its state.';
create unique index waiting_entry_once on waiting_entry (event_id, ticket_type_id, lower(email)) where state = 'waiting';
create index waiting_entry_next on waiting_entry (event_id, ticket_type_id, id) where state = 'waiting';
create index waiting_entry_by_id on waiting_entry (id);
