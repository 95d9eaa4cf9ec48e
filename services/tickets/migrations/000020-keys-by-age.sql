-- While orders are refused, the keys of the last seconds are read once a second. A block range index knows nothing of the blocks
-- that autovacuum has not summed up yet, and the planner so little of it that it read the whole table: a quarter of a second for
-- each million keys. A B-tree in the order of time has no cost that could be measured.
drop index idempotency_key_by_age;
create index idempotency_key_by_age on idempotency_key (created_at);
