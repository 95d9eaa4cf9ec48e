-- alf.io, making a reservation: the first free row that nobody else is holding.
BEGIN;
INSERT INTO alfio.tickets_reservation (id, creation_ts, validity, status) VALUES (gen_random_uuid(), now(), now() + interval '25 minutes', 'PENDING') RETURNING id AS reservation \gset
SELECT id, tc_status, max_tickets FROM alfio.ticket_category WHERE id = 1 AND event_id = 1 AND tc_status = 'ACTIVE';
SELECT id AS place FROM alfio.ticket WHERE status IN ('FREE') AND category_id = 1 AND event_id = 1 AND tickets_reservation_id IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED \gset
SELECT id, tc_status, max_tickets FROM alfio.ticket_category WHERE id = 1;
UPDATE alfio.ticket SET tickets_reservation_id = :reservation, status = 'PENDING', full_name = NULL, email_address = NULL WHERE id = :place;
SELECT id, status, tickets_reservation_id FROM alfio.ticket WHERE id = :place AND category_id = 1;
UPDATE alfio.ticket SET src_price_cts = 4900, final_price_cts = 4900, vat_cts = 0 WHERE event_id = 1 AND category_id = 1 AND id IN (:place);
UPDATE alfio.tickets_reservation SET src_price_cts = 4900, final_price_cts = 4900 WHERE id = :reservation;
INSERT INTO alfio.auditing (reservation_id, event_id, event_time, event_type) VALUES (:reservation, 1, now(), 'RESERVATION_CREATE');
COMMIT;
