import { sql } from '@guichet/database'
import type { Tx } from '../db.ts'
import type { EndpointRow } from './tables.ts'

export interface ReplayRange {
  since: Date
  until: Date
  /** failed: what it has not taken, and what it never got because it was off. all: also what it has taken. */
  which: 'failed' | 'all'
}

/** Makes every event of a time due again for an endpoint, those that it never had included. Returns how many. */
export async function replayRange(tx: Tx, endpoint: EndpointRow, range: ReplayRange, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into webhook_delivery (id, endpoint_id, event_id, state, next_attempt_at, created_at)
    select gen_random_uuid(), ${endpoint.id}, p.id, 'pending', ${now}, ${now}
      from public_event p
     where p.organizer_id = ${endpoint.organizer_id} and not p.test
       and p.occurred_at >= ${range.since} and p.occurred_at < ${range.until}
       and (${endpoint.types}::text[] is null or p.type = any (${endpoint.types}::text[]))
    on conflict on constraint webhook_delivery_once do update
       set state = 'pending', next_attempt_at = excluded.next_attempt_at, first_attempt_at = null, lease = null
     where webhook_delivery.state = 'failed' or (webhook_delivery.state = 'delivered' and ${range.which === 'all'})
  `.execute(tx)
  return Number(numAffectedRows ?? 0)
}
