import { runMigrations } from 'graphile-worker'
import type { Pool } from 'pg'
import { quietLogger } from './embedded-log.ts'
import type { Log } from './log.ts'

export const SCHEMA = 'graphile_worker'
const SCHEMA_LOCK = 7_146_902_116

/**
 * Brings graphile-worker's schema and our two tables up to date. Under a lock, because every process of every service
 * does this at its start, and on an empty database they would trip over one another.
 */
export async function prepareSchema(pool: Pool, log: Log): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [SCHEMA_LOCK])
    await runMigrations({ pgPool: pool, schema: SCHEMA, logger: quietLogger(log) })
    await client.query(`
      create schema if not exists bus;
      create table if not exists bus.subscription (
        queue text not null,
        type text not null,
        primary key (type, queue)
      );
      create table if not exists bus.dead_letter (
        queue text not null,
        message_id text not null,
        message jsonb not null,
        attempts integer not null,
        error text not null,
        died_at timestamptz not null default now(),
        primary key (queue, message_id)
      );
      comment on table bus.subscription is 'Which queue gets a copy of which message type; rows are only ever added.';
      comment on table bus.dead_letter is 'Messages whose handler failed to the last attempt, until a person replays them.';
    `)
  } finally {
    // Ends the session, and with it the lock, also when the unlock could not be sent.
    client.release(true)
  }
}

/** Fans each message out: one job per queue bound to its type. Returns the 1-based positions that found a queue. */
export const PUBLISH = `
  with message as (
    select value, position from jsonb_array_elements($1::jsonb) with ordinality as element (value, position)
  ), routed as (
    select message.value, message.position, subscription.queue
      from message join bus.subscription on subscription.type = message.value ->> 'type'
  )
  select array(select distinct position from routed) as positions,
         case when exists (select from routed) then (
           select count(*) from ${SCHEMA}.add_jobs((
             select array_agg((
                 queue, jsonb_build_object('message', value, 'attempt', 1)::json, null,
                 -- The order within one publish is the order of delivery.
                 now() + position * interval '1 microsecond', $2::integer, null, null, null
               )::${SCHEMA}.job_spec order by position)
             from routed)))
         end as jobs`

export const SUBSCRIBE = `
  insert into bus.subscription (queue, type) select $1, unnest($2::text[]) on conflict do nothing`

export const BURY = `
  insert into bus.dead_letter (queue, message_id, message, attempts, error)
  values ($1, $2, $3::jsonb, $4, $5)
  on conflict (queue, message_id) do update
    set message = excluded.message, attempts = excluded.attempts, error = excluded.error, died_at = excluded.died_at`

export const LIST_DEAD = `
  select message, attempts, error from bus.dead_letter where queue = $1 order by died_at, message_id limit $2`

export const REPLAY = `
  with revived as (
    delete from bus.dead_letter where queue = $1 returning message, died_at
  )
  select case when exists (select from revived) then (
    select count(*)::integer from ${SCHEMA}.add_jobs((
      select array_agg((
          $1, jsonb_build_object('message', message, 'attempt', 1)::json, null, now(), $2::integer, null, null, null
        )::${SCHEMA}.job_spec order by died_at)
      from revived)))
  else 0 end as replayed`

/**
 * Frees the jobs of processes that died. graphile-worker alone waits four hours; but every pool of ours holds a shared
 * lock named by its id for as long as it lives, so one that can be taken is dead. Two seconds of grace for a new pool.
 */
export const FREE_ORPHANS = `
  select ${SCHEMA}.force_unlock_workers(array(
    select locked_by
      from (select distinct locked_by from ${SCHEMA}.jobs
             where locked_by is not null and locked_by <> $1 and locked_at < now() - interval '2 seconds') as holder
     where pg_try_advisory_xact_lock(hashtextextended(locked_by, 0))))`

export const HOLD_POOL_LOCK = 'select pg_advisory_lock_shared(hashtextextended($1, 0))'
