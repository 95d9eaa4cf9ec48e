-- A2: the strongest that does not batch: one statement, its own transaction.
WITH u AS (UPDATE stock SET remaining = remaining - 1 WHERE id = :ev AND remaining >= 1 RETURNING id),
 o AS (INSERT INTO orders (id, event_id, email, qty, idem) SELECT uuidv7(), id, 'x@example.org', 1, gen_random_uuid() FROM u RETURNING id),
 t AS (INSERT INTO tickets (order_id, n) SELECT id, 1 FROM o)
INSERT INTO outbox (topic, key) SELECT 'order.placed', id FROM o;
