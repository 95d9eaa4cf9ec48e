-- A message to many goes to those too whom tickets were passed on to.
alter table delivery add column ticket_id uuid;
comment on column delivery.ticket_id is 'Of a bulk message: the ticket that was passed on to its reader; null for the buyer.';
