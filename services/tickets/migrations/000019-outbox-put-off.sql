-- A heap that nobody wants, or that the broker refused, is not walked through for what is new; and whether any of it is due is
-- read from the index alone.
create index outbox_fresh on outbox (id) where published_at is null and last_error is null;
create index outbox_put_off on outbox (id, next_attempt_at) where published_at is null and last_error is not null;
drop index outbox_unpublished;

-- Thrown away by age, and written in the order of time: a block range index finds the oldest and costs a payment nothing.
create index payment_event_by_age on payment_event using brin (received_at) with (pages_per_range = 16, autosummarize = on);
