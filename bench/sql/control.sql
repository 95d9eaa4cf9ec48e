-- Not a contender: sells without taking anything from the stock. A run that does not notice measures nothing.
BEGIN;
SELECT remaining FROM stock WHERE id = :ev;
INSERT INTO orders (id, event_id, email, qty, idem) VALUES (uuidv7(), :ev, 'x@example.org', 1, gen_random_uuid()) RETURNING id \gset
INSERT INTO tickets (order_id, n) VALUES (:id, 1);
INSERT INTO outbox (topic, key) VALUES ('order.placed', :id);
COMMIT;
