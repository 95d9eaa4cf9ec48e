import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'
import { COLUMNS, type WaitingEntryRow } from '../db.ts'
import { placeOrder } from '../orders/place-order.ts'
import { endEntries } from './end-entries.ts'

/** Free places that people wait for. */
interface FreedType {
  event_id: string
  id: string
  min_per_order: number
  /** For one person: in one order, or in all of theirs. */
  most: number
  free: number
  seconds_left: number
}

const TYPES_MAX = 100
const ENTRIES_MAX = 100
/** An offer that nobody can take up in time is none. */
const OFFER_SECONDS_MIN = 60

/** This entry will never be served, whatever becomes free: it must not stand before the others. */
const HOPELESS = new Set(['buyer-limit-exceeded', 'add-on-alone', 'add-on-limit-exceeded'])

/**
 * Offers free places to those who wait, in order. Returns how many entries it dealt with. Any number of processes may do this
 * at once: whether an entry still waits is decided under the lock under which its places are taken.
 */
export async function offerPlaces(ctx: Context): Promise<number> {
  let done = 0
  for (const type of await findFreedTypes(ctx)) done += await offerPlacesOf(ctx, type)
  return done
}

async function findFreedTypes(ctx: Context): Promise<FreedType[]> {
  const now = await ctx.time(ctx.db)
  const { rows } = await sql<FreedType>`
    select type.event_id, type.id, type.min_per_order, least(type.max_per_order, type.max_per_buyer) as most,
           min(pool.capacity - pool.held - pool.sold)::int as free,
           floor(extract(epoch from coalesce(type.sales_end_at, event.ends_at) - ${now}::timestamptz))::int as seconds_left
      from allotment own
      join event on event.event_id = own.event_id and event.status = 'published' and event.closed_at is null
      join ticket_type type on type.event_id = own.event_id and type.id = own.ticket_type_id
       and not type.paused and (type.sales_start_at is null or type.sales_start_at <= ${now})
       and coalesce(type.sales_end_at, event.ends_at) >= ${now}::timestamptz + make_interval(secs => ${OFFER_SECONDS_MIN})
      join ticket_type_allotment draw on draw.event_id = type.event_id and draw.ticket_type_id = type.id
      join allotment pool on pool.event_id = draw.event_id and pool.id = draw.allotment_id
     where own.waiting > 0
     group by type.event_id, type.id, event.ends_at
    having min(pool.capacity - pool.held - pool.sold) >= type.min_per_order
     order by random() limit ${TYPES_MAX}`.execute(ctx.db)
  return rows
}

/** One after the other, so that none is served before those who came earlier. */
async function offerPlacesOf(ctx: Context, type: FreedType): Promise<number> {
  const entries = await ctx.db
    .selectFrom('waiting_entry')
    .select(COLUMNS.waiting_entry)
    .where('event_id', '=', type.event_id)
    .where('ticket_type_id', '=', type.id)
    .where('state', '=', 'waiting')
    .orderBy('id')
    .limit(Math.min(type.free, ENTRIES_MAX))
    .execute()
  let done = 0
  for (const entry of entries) {
    const outcome = await offerTo(ctx, type, entry)
    if (outcome === 'stop') break
    if (outcome === 'done') done += 1
  }
  return done
}

/** `gone`: the entry waits no more. `stop`: the type has nothing to offer now. */
async function offerTo(ctx: Context, type: FreedType, entry: WaitingEntryRow): Promise<'done' | 'gone' | 'stop'> {
  const quantity = Math.min(Math.max(entry.quantity, type.min_per_order), type.most)
  const seconds = Math.min(ctx.config.offerSeconds, type.seconds_left)
  try {
    await placeOrder(ctx, {
      eventId: type.event_id,
      lines: [{ ticketTypeId: type.id, quantity }],
      buyerUserId: null,
      locale: entry.locale,
      offer: { entryId: entry.id, email: entry.email ?? '', seconds },
    })
    return 'done'
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    if (error.code === 'not-found') return 'gone'
    if (!HOPELESS.has(error.code)) return 'stop'
    ctx.log.info({ entryId: entry.id, code: error.code }, 'an entry of the waiting list cannot be served')
    await inTransaction(ctx.db, async (tx) => endEntries(tx, [entry], await ctx.time(tx)))
    return 'done'
  }
}
