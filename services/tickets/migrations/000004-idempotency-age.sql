-- Keys are looked at by age: the latest, to know repeated requests, and the oldest, to be thrown away. They are written in the
-- order of time, so a block range index finds both and costs an order nothing.
create index idempotency_key_by_age on idempotency_key using brin (created_at) with (pages_per_range = 16, autosummarize = on);
