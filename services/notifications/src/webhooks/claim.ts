import { sql } from '@guichet/database'
import { newUuid, toId } from '@guichet/server'
import type { Db } from '../db.ts'
import type { PublicEvent } from './public-events.ts'

/** Long enough for a request and the writing of its outcome. */
const LEASE_MS = 30_000

/**
 * What one organizer may have of the places that the others leave: anybody may become one, and have many endpoints that
 * take their time. So however many do, there is a place for one who comes, and whoever has fewest gets the next.
 */
const SHARE = 0.75

/** A webhook that this process, and no other, may send until the lease ends. */
export interface WebhookClaim {
  id: string
  lease: string
  attempts: number
  firstAttemptAt: Date | null
  endpoint: { id: string; organizer_id: string; url: string; secrets: Buffer; failing: boolean }
  event: PublicEvent
}

export interface ClaimOptions {
  now: Date
  /** Places that are free. */
  limit: number
  /** Those endpoints that take what they get, or those that do not. */
  failing: boolean
  /** Requests to one endpoint at once. */
  perEndpoint: number
  /** How many are under way to each. */
  underWay: ReadonlyMap<string, number>
}

interface Row {
  id: string
  attempts: number
  first_attempt_at: Date | null
  endpoint_id: string
  organizer_id: string
  url: string
  secrets: Buffer
  event_id: string
  type: string
  occurred_at: Date
  data: Record<string, unknown>
  test: boolean
}

/**
 * Takes what is due, of each endpoint no more than it has room for: a slow one holds up nobody but itself. Endpoints for
 * which nothing waits are stepped over in the index, however many there are.
 */
export async function claimWebhooks(db: Db, options: ClaimOptions): Promise<WebhookClaim[]> {
  const { now, limit, failing, perEndpoint, underWay } = options
  if (limit <= 0) return []
  const lease = newUuid(now.getTime())
  const { rows } = await sql<Row>`
    with recursive waiting as (
      (select endpoint_id from webhook_delivery
        where state in ('pending', 'sending', 'retrying') order by endpoint_id limit 1)
      union all
      select next.endpoint_id from waiting cross join lateral (
        select d.endpoint_id from webhook_delivery d
         where d.state in ('pending', 'sending', 'retrying') and d.endpoint_id > waiting.endpoint_id
         order by d.endpoint_id limit 1) as next
    ), room as (
      select e.id, e.organizer_id, e.url, e.secrets, greatest(${perEndpoint}::int - coalesce(busy.count, 0), 0) as free,
             coalesce(sum(busy.count) over (partition by e.organizer_id), 0)::int as in_use
        from waiting join webhook_endpoint e on e.id = waiting.endpoint_id
        left join unnest(${[...underWay.keys()]}::uuid[], ${[...underWay.values()]}::int[]) as busy (id, count) on busy.id = e.id
       where e.enabled and (e.failing_since is not null) = ${failing}
    ), found as (
      select found.id, found.next_attempt_at, room.id as endpoint_id, room.organizer_id, room.url, room.secrets,
             room.in_use, room.in_use + row_number() over (partition by room.organizer_id order by found.next_attempt_at) as turn
        from room cross join lateral (
          select d.id, d.next_attempt_at from webhook_delivery d
           where d.endpoint_id = room.id and d.state in ('pending', 'sending', 'retrying') and d.next_attempt_at <= ${now}
           order by d.next_attempt_at limit room.free for update skip locked
        ) as found
    ), due as materialized (
      select id, endpoint_id, organizer_id, url, secrets from found
       where turn <= greatest(1, (in_use + ${limit}::int) * ${SHARE}::float) order by turn, next_attempt_at limit ${limit}
    ), taken as (
      update webhook_delivery d
         set state = 'sending', lease = ${lease}, next_attempt_at = ${new Date(now.getTime() + LEASE_MS)}
        from due where d.id = due.id
      returning d.id, d.event_id, d.attempts, d.first_attempt_at, due.endpoint_id, due.organizer_id, due.url, due.secrets
    )
    select taken.id, taken.attempts, taken.first_attempt_at, taken.endpoint_id, taken.organizer_id, taken.url, taken.secrets,
           taken.event_id, p.type, p.occurred_at, p.data, p.test
      from taken join public_event p on p.id = taken.event_id
     order by taken.id
  `.execute(db)
  return rows.map((row) => ({
    id: row.id,
    lease,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
    endpoint: { id: row.endpoint_id, organizer_id: row.organizer_id, url: row.url, secrets: row.secrets, failing },
    event: {
      id: toId('msg', row.event_id),
      type: row.type,
      timestamp: row.occurred_at.toISOString(),
      data: row.data,
      test: row.test,
    },
  }))
}
