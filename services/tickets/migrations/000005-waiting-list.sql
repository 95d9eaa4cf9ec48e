-- Who leaves a waiting list, and whoever waited for what is long over, is forgotten; what became of the entry is not.
alter table waiting_entry
  alter column email drop not null,
  add constraint waiting_entry_reachable check (state <> 'waiting' or email is not null);
comment on column waiting_entry.email is 'Null once nobody needs it: at once for those who left, a month after the event for the others.';

-- The job that offers places asks every second or two.
create index allotment_awaited on allotment (event_id) where waiting > 0;

-- An erased user's addresses are looked for on every list.
create index waiting_entry_of_address on waiting_entry (lower(email)) where email is not null;
