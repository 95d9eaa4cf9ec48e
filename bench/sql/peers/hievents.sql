-- Hi.Events, making an order: one lock for the whole event, then a sum over every item ever ordered.
BEGIN;
SELECT pg_advisory_xact_lock(1);
SELECT id, status FROM hievents.events WHERE id = 1;
SELECT id, order_timeout_in_minutes FROM hievents.event_settings WHERE event_id = 1;
SELECT id FROM hievents.promo_codes WHERE code = 'NONE' AND event_id = 1;
UPDATE hievents.orders SET deleted_at = now() WHERE session_id = 'mine' AND status = 'RESERVED' AND event_id = 1;
SELECT id, capacity FROM hievents.capacity_assignments WHERE event_id = 1 AND applies_to = 'PRODUCTS' AND status = 'ACTIVE';
WITH reserved AS (SELECT p.id AS product_id, pp.id AS price_id, sum(CASE WHEN o.status = 'RESERVED' AND o.reserved_until > now() AND o.deleted_at IS NULL THEN i.quantity ELSE 0 END) AS quantity FROM hievents.products p JOIN hievents.product_prices pp ON pp.product_id = p.id LEFT JOIN hievents.order_items i ON i.product_price_id = pp.id LEFT JOIN hievents.orders o ON o.id = i.order_id WHERE p.event_id = 1 GROUP BY p.id, pp.id) SELECT pp.id, greatest(coalesce(pp.initial_quantity_available - pp.quantity_sold - coalesce(r.quantity, 0), 0), 0) FROM hievents.product_prices pp JOIN reserved r ON r.price_id = pp.id;
INSERT INTO hievents.orders (event_id, session_id, status, reserved_until) VALUES (1, gen_random_uuid()::text, 'RESERVED', now() + interval '15 minutes') RETURNING id \gset
SELECT id, title FROM hievents.products WHERE id = 1;
SELECT id, price FROM hievents.product_prices WHERE product_id = 1;
INSERT INTO hievents.order_items (order_id, product_id, product_price_id, quantity, price) VALUES (:id, 1, 1, 1, 49);
UPDATE hievents.orders SET total_gross = 49 WHERE id = :id;
SELECT id, status, total_gross FROM hievents.orders WHERE id = :id;
SELECT id, quantity, price FROM hievents.order_items WHERE order_id = :id;
COMMIT;
