-- Whoever relies on a webhook hears that it was turned off.
alter table webhook_endpoint add column owners_due_at timestamptz;
comment on column webhook_endpoint.owners_due_at is 'Turned off, and not by hand: when its organizer''s owners are to be told; null: nothing to tell, or it is planned.';
create index webhook_endpoint_owners_due on webhook_endpoint (owners_due_at) where owners_due_at is not null;
