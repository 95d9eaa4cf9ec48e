/** Every process of every service brings the schema up at its start; on an empty database they would trip over one another. */
export const PREPARE = `
  begin;
  select pg_advisory_xact_lock(7146902116);
  create schema if not exists bus;
  create table if not exists bus.subscription (
    queue text not null,
    type text not null,
    primary key (type, queue)
  );
  create table if not exists bus.job (
    id bigint generated always as identity primary key,
    queue text not null,
    message jsonb not null,
    attempt integer not null default 1,
    runs integer not null default 0,
    visible_at timestamptz not null default now(),
    dead_at timestamptz,
    error text
  );
  create index if not exists job_waiting on bus.job (queue, visible_at, id) where dead_at is null;
  create index if not exists job_dead on bus.job (queue, id) where dead_at is not null;
  create table if not exists bus.marker (publisher text primary key);
  comment on table bus.marker is 'Publishers that have met this database; one that is missing here takes everything it held for lost.';
  comment on table bus.subscription is 'Which queue gets a copy of which message type; rows are only ever added.';
  comment on column bus.job.attempt is 'The attempt that the handler is on; rises when it fails.';
  comment on column bus.job.runs is 'How often this attempt was begun; above one when a consumer died.';
  comment on column bus.job.visible_at is 'Not to be taken before: the back-off, or the lease of the consumer at work.';
  comment on column bus.job.dead_at is 'When it was set aside as a dead letter.';
  commit`

/** $1 messages, oldest first. A job per queue bound to the type; returns the 1-based positions that found a queue. */
export const PUBLISH = `
  with message as (
    select value, position from jsonb_array_elements($1::jsonb) with ordinality as element (value, position)
  ), routed as (
    select message.value, message.position, subscription.queue
      from message join bus.subscription on subscription.type = message.value ->> 'type'
  ), added as (
    insert into bus.job (queue, message) select queue, value from routed order by position
  )
  select array(select distinct position from routed) as positions,
         array(select pg_notify('bus', queue)::text from (select distinct queue from routed) as woken) as notified`

/** $1 queue, $2 types */
export const SUBSCRIBE = `
  insert into bus.subscription (queue, type) select $1, unnest($2::text[]) on conflict do nothing`

/** $1 queue, $2 how many, $3 lease in ms. Several processes may take from one queue; each job goes to one. */
export const TAKE = `
  update bus.job set runs = runs + 1, visible_at = now() + $3 * interval '1 millisecond'
   where id in (
     select id from bus.job
      where queue = $1 and dead_at is null and visible_at <= now()
      order by visible_at, id limit $2
      for update skip locked)
  returning id, message, attempt, runs`

/** $1 ids, $2 lease in ms */
export const RENEW = `update bus.job set visible_at = now() + $2 * interval '1 millisecond' where id = any($1::bigint[])`

/** $1 id */
export const FINISH = 'delete from bus.job where id = $1'

/** $1 id, $2 delay in ms, $3 error */
export const RETRY = `
  update bus.job set attempt = attempt + 1, runs = 0, visible_at = now() + $2 * interval '1 millisecond', error = $3
   where id = $1`

/** $1 id, $2 error */
export const BURY = 'update bus.job set dead_at = now(), error = $2 where id = $1'
