-- C: the ideal, 256 orders in one statement, made up inside the database.
WITH u AS (UPDATE stock SET remaining = remaining - 256 WHERE id = :ev AND remaining >= 256 RETURNING id),
 o AS (INSERT INTO orders (id, event_id, email, qty, idem) SELECT uuidv7(), u.id, 'x@example.org', 1, gen_random_uuid() FROM u, generate_series(1, 256) RETURNING id),
 t AS (INSERT INTO tickets (order_id, n) SELECT id, 1 FROM o)
INSERT INTO outbox (topic, key) SELECT 'order.placed', id FROM o;
