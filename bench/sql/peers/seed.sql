-- $SOLD places sold before, and enough left for the measurement.
truncate pretix.quota_items, pretix.quota_variations, pretix.orders, pretix.orderposition, pretix.voucher, pretix.cartposition, pretix.waitinglistentry;
insert into pretix.quota_items values (1, 1);
insert into pretix.orders select n, 1, 'p' from generate_series(1, $SOLD) n;
insert into pretix.orderposition (id, order_id, item_id) select n, n, 1 from generate_series(1, $SOLD) n;

truncate alfio.tickets_reservation, alfio.ticket_category, alfio.ticket, alfio.auditing;
insert into alfio.ticket_category values (1, 1, 'ACTIVE', $SOLD + 20000, 4900);
insert into alfio.ticket (id, uuid, creation, category_id, event_id, status, tickets_reservation_id)
  select n, gen_random_uuid(), now(), 1, 1, case when n <= $SOLD then 'ACQUIRED' else 'FREE' end,
         case when n <= $SOLD then gen_random_uuid() end
    from generate_series(1, $SOLD + 20000) n;

truncate hievents.events, hievents.event_settings, hievents.promo_codes, hievents.capacity_assignments, hievents.products, hievents.product_prices, hievents.orders, hievents.order_items;
insert into hievents.events values (1, 'LIVE');
insert into hievents.event_settings values (1, 1, 15);
insert into hievents.products values (1, 1, 'Standard');
insert into hievents.product_prices values (1, 1, 49, $SOLD + 20000, $SOLD);
insert into hievents.orders (event_id, session_id, status) select 1, gen_random_uuid()::text, 'COMPLETED' from generate_series(1, $SOLD);
insert into hievents.order_items (order_id, product_id, product_price_id, quantity, price)
  select id, 1, 1, 1, 49 from hievents.orders;
