create table sms_count (
  key text not null,
  period text not null,
  sent integer not null,
  primary key (key, period),
  constraint sms_count_counts check (sent >= 1)
);
comment on table sms_count is 'How many SMS were allowed for an order (ever), and for a number or an organizer (a day): never more than the settings say.';
comment on column sms_count.key is 'order:<uuid>, organizer:<uuid>, or number:<keyed hash>.';
comment on column sms_count.period is 'A day in UTC, or ever.';

create table sms_allowed (
  delivery_id uuid primary key references delivery (id) on delete cascade
);
comment on table sms_allowed is 'The SMS that were counted already, so that trying again counts nothing.';
