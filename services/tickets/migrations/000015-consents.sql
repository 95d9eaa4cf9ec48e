alter table orders
  add column buyer_phone text constraint orders_phone check (buyer_phone ~ '^\+[1-9][0-9]{6,14}$'),
  add column consents jsonb;
comment on column orders.buyer_phone is 'E.164, when the buyer wants SMS; erased with the name.';
comment on column orders.consents is 'The boxes that the buyer ticked, each with the words beside it and the time; notifications takes them over once the order is confirmed. Null: none.';
