import { arrayLiteral, type PoolClient } from '@guichet/database'
import type { LockedAllotment } from './allotments.ts'
import type { EventTerms } from './catalogue.ts'
import type { HoldEngine, HoldRequest } from './hold-orders.ts'
import type { FirstAnswer } from './write-holds.ts'

const LOCK = `
  select event_id, id, ticket_type_id, capacity, held, sold, waiting, terms_version from allotment
   where (event_id, id) in (select * from unnest($1::uuid[], $2::uuid[]))
   order by event_id, id for no key update`
/** Takes what nobody else has. */
const LOCK_FREE = `${LOCK} skip locked`
/** With the time, because it too must be of after the lock. */
const STORED = `
  select clock.now, stored.scope, stored.key, request_hash, body
    from (select clock_timestamp() as now) clock
    left join (unnest($1::text[], $2::text[]) as claim (scope, key)
               join idempotency_key stored on stored.scope = claim.scope and stored.key = claim.key) on true`

export interface StoredAnswer {
  now: Date
  /** Null in the only row when there is none. */
  scope: string | null
  key: string | null
  request_hash: Buffer
  body: FirstAnswer
}

/**
 * Locks in the order of the ids, as everybody does; what else is read, is read after it, and so is true until the commit.
 * @param wait otherwise only what is free is locked, and `busy` names the events of which something is not.
 */
export async function lockBatch(
  engine: HoldEngine,
  client: PoolClient,
  requests: readonly HoldRequest[],
  terms: ReadonlyMap<string, EventTerms>,
  wait: boolean,
) {
  const wanted = new Map<string, string>()
  for (const { eventId, lines, promoCode } of requests) {
    const own = terms.get(eventId)
    for (const { ticketTypeId } of lines) {
      for (const id of own?.types.get(ticketTypeId)?.allotmentIds ?? []) wanted.set(id, eventId)
    }
    const codePool = promoCode === undefined ? null : own?.codes.get(promoCode.toUpperCase())?.allotmentId
    if (codePool) wanted.set(codePool, eventId)
  }
  const claims = requests.flatMap(({ idempotency }) => idempotency ?? [])
  const [, { rows: locked }, { rows: stored }] = await Promise.all([
    client.query('begin'),
    client.query<LockedAllotment>({
      ...(wait ? { name: 'lock-allotments', text: LOCK } : { name: 'lock-free-allotments', text: LOCK_FREE }),
      values: [arrayLiteral([...wanted.values()]), arrayLiteral([...wanted.keys()])],
    }),
    client.query<StoredAnswer>({
      name: 'find-answers',
      text: STORED,
      values: [arrayLiteral(claims.map(({ scope }) => scope)), arrayLiteral(claims.map(({ key }) => key))],
    }),
  ])
  for (const { id } of wait ? [] : locked) wanted.delete(id)
  const busy = new Set(wait ? [] : wanted.values())
  return { locked, stored, busy, now: engine.now?.() ?? stored[0]?.now ?? new Date(Number.NaN) }
}
