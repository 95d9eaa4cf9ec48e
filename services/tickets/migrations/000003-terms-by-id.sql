-- Pools and codes are named by their id alone in the API, and a code's orders are counted.

create index allotment_by_id on allotment (id);
create index promo_code_by_id on promo_code (id);
create index orders_of_promo_code on orders (event_id, promo_code_id) where promo_code_id is not null;
create index ticket_type_allotment_of_pool on ticket_type_allotment (event_id, allotment_id);
