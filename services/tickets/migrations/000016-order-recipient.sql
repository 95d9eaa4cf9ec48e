create table order_recipient_change (
  event_id uuid not null,
  order_id uuid not null,
  number integer not null,
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (event_id, order_id, number),
  constraint order_recipient_change_counts check (number >= 1)
);
comment on table order_recipient_change is 'Each time that the address of a confirmed order was corrected. Holds no address: the old one is a stranger''s, the new one stands with the order.';
comment on column order_recipient_change.changed_by is 'buyer, or the id of the member.';
