-- A3: A1 with the load spread over 1,000 events.
\set ev random(:first, :last)
BEGIN;
SELECT remaining FROM stock WHERE id = :ev FOR UPDATE;
UPDATE stock SET remaining = remaining - 1 WHERE id = :ev;
INSERT INTO orders (id, event_id, email, qty, idem) VALUES (uuidv7(), :ev, 'x@example.org', 1, gen_random_uuid()) RETURNING id \gset
INSERT INTO tickets (order_id, n) VALUES (:id, 1);
INSERT INTO outbox (topic, key) VALUES ('order.placed', :id);
COMMIT;
