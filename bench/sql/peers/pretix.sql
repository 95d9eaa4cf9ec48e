-- pretix, adding to a cart: a lock per quota, then everything sold is counted again.
BEGIN;
SET LOCAL lock_timeout = '3s';
SELECT pg_advisory_xact_lock_shared((1::bigint << 33) | 1), pg_advisory_xact_lock((1::bigint << 33) | 2);
SELECT quota_id, item_id FROM pretix.quota_items WHERE quota_id IN (1);
SELECT quota_id, itemvariation_id FROM pretix.quota_variations WHERE quota_id IN (1);
SELECT o.status, p.item_id, p.subevent_id, p.variation_id, count(*) FROM pretix.orderposition p JOIN pretix.orders o ON o.id = p.order_id WHERE NOT p.canceled AND o.status IN ('p', 'n') AND o.event_id = 1 AND p.subevent_id IS NULL AND p.variation_id IS NULL AND p.item_id IN (1) GROUP BY 1, 2, 3, 4;
SELECT item_id, sum(greatest(max_usages - redeemed, 0)) FROM pretix.voucher WHERE event_id = 1 AND block_quota AND (valid_until IS NULL OR valid_until >= now()) AND item_id IN (1) GROUP BY item_id;
SELECT item_id, subevent_id, variation_id, count(*) FROM pretix.cartposition WHERE event_id = 1 AND expires >= now() AND subevent_id IS NULL AND variation_id IS NULL AND item_id IN (1) GROUP BY 1, 2, 3;
SELECT item_id, variation_id, count(*) FROM pretix.waitinglistentry WHERE event_id = 1 AND voucher_id IS NULL AND item_id IN (1) GROUP BY 1, 2;
INSERT INTO pretix.cartposition (event_id, cart_id, item_id, price, expires) VALUES (1, gen_random_uuid(), 1, 49, now() + interval '30 minutes');
COMMIT;
