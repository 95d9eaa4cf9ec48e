import type { Pool } from 'pg'
import { DEFAULT_PAGE, type DeadLetter, type DeadLetters, RAW_MAX, type Selection } from './dead-letter.ts'
import { isMessage } from './message.ts'

/** The message id; what is no message has a digest of its body instead. */
const KEY = `coalesce(nullif(message ->> 'id', ''), md5(message::text))`

/** $1 queue, $2 key or null, $3 and $4 the last one seen or null, $5 limit. Of two copies the later one. */
const LIST = `
  select * from (
    select distinct on (key) ${KEY} as key, message, attempt, error, date_trunc('milliseconds', dead_at) as died_at
      from bus.job where queue = $1 and dead_at is not null and ($2::text is null or ${KEY} = $2)
     order by key, dead_at desc, id desc) as letter
   where $3::timestamptz is null or (died_at, key) > ($3, $4::text)
   order by died_at, key limit $5`

const SELECTED = `queue = $1 and dead_at is not null and ($2::text[] is null or ${KEY} = any($2))`

/** $1 queue, $2 keys or null for all */
const REPLAY = `
  with revived as (
    update bus.job set dead_at = null, attempt = 1, runs = 0, visible_at = now() where ${SELECTED} returning id
  )
  select count(*)::integer as changed, pg_notify('bus', $1) from revived`

/** $1 queue, $2 keys (one), $3 message */
const MEND = `
  with chosen as (
    select id from bus.job where ${SELECTED} for update
  ), copies as (
    delete from bus.job where id in (select id from chosen) and id > (select min(id) from chosen)
  ), mended as (
    update bus.job set message = $3, dead_at = null, attempt = 1, runs = 0, visible_at = now()
     where id = (select min(id) from chosen) returning id
  )
  select count(*)::integer as changed, pg_notify('bus', $1) from mended`

/** $1 queue, $2 keys or null for all */
const DISCARD = `
  with gone as (delete from bus.job where ${SELECTED} returning id) select count(*)::integer as changed from gone`

/** $1 queue */
const COUNT = `select count(distinct ${KEY})::integer as changed from bus.job where queue = $1 and dead_at is not null`

interface Row {
  key: string
  message: unknown
  attempt: number
  error: string | null
  died_at: Date
}

/** Dead letters in `bus.job where dead_at is not null`. */
export function createDeadLetters(pool: Pool): DeadLetters {
  async function change(statement: string, parameters: unknown[]): Promise<number> {
    const { rows } = await pool.query<{ changed: number }>(statement, parameters)
    return rows[0]?.changed ?? 0
  }
  const keys = (selection: Selection) => (selection === 'all' ? null : selection)

  return {
    count: (queue) => change(COUNT, [queue]),
    async list(queue, { limit = DEFAULT_PAGE, after } = {}) {
      const parameters = [queue, null, after?.diedAt ?? null, after?.key ?? null, limit]
      return (await pool.query<Row>(LIST, parameters)).rows.map(toDeadLetter)
    },
    async find(queue, key) {
      const { rows } = await pool.query<Row>(LIST, [queue, key, null, null, 1])
      return rows[0] && toDeadLetter(rows[0])
    },
    replay: (queue, selection) => change(REPLAY, [queue, keys(selection)]),
    mend: async (queue, key, message) => (await change(MEND, [queue, [key], JSON.stringify(message)])) > 0,
    discard: (queue, selection) => change(DISCARD, [queue, keys(selection)]),
  }
}

function toDeadLetter({ key, message, attempt, error, died_at }: Row): DeadLetter {
  const known = isMessage(message) ? message : null
  return {
    key,
    id: known?.id ?? '',
    type: known?.type ?? '',
    message: known,
    raw: known ? null : JSON.stringify(message).slice(0, RAW_MAX),
    attempts: attempt,
    error: error ?? '',
    diedAt: died_at.toISOString(),
  }
}
