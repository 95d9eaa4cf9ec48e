import { sql } from '@guichet/database'
import { LRUCache } from 'lru-cache'
import { COLUMNS, type EventRow, type PromoCodeRow, type TicketsDb, type TicketTypeRow } from '../db.ts'
import { stepOf } from '../money/currency.ts'
import { loadSellingTerms, type SellingTerms } from '../prices/selling-terms.ts'
import type { CodeTerms, TypeTerms } from './decide.ts'

export interface OfferedType extends TypeTerms {
  row: TicketTypeRow
  /** Its own pool, which also counts its waiting list. */
  ownAllotmentId: string
}

/** What is sold for an event, and how, as of one version. Read-only once made. */
export interface EventTerms {
  /** Of its allotments; 0 while it has none. */
  version: number
  event: EventRow
  types: ReadonlyMap<string, OfferedType>
  /** Codes asked for lately, by their upper-case form, the latest last. */
  codes: Map<string, CodeTerms>
}

const EVENTS_MAX = 5_000
/** Of one event; more than the batches at work can ask for, so that none forgets what another has just learnt. */
const CODES_MAX = 4_000

/**
 * The terms of events in memory. They may be out of date: whoever sells compares `version` with that of the allotments it has
 * locked (`allotment.terms_version`), and refreshes when it differs.
 */
export interface Catalogue {
  /** Those that exist; the others were never heard of, or are deleted. */
  get(eventIds: readonly string[]): Promise<Map<string, EventTerms>>
  peek(eventId: string): EventTerms | undefined
  forget(eventId: string): void
  /** Reads an event anew, once for all who ask meanwhile; what was known serves the others until then. */
  refresh(eventId: string): Promise<void>
  /** Makes sure that `terms.codes` knows these codes. Those unknown before are asked for, together. */
  learnCodes(wanted: readonly { terms: EventTerms; code: string }[]): Promise<void>
}

export function createCatalogue(db: TicketsDb): Catalogue {
  const known = new LRUCache<string, EventTerms>({ max: EVENTS_MAX })
  /** One reading of an event at a time, for all who ask meanwhile. */
  const loading = new Map<string, Promise<EventTerms | undefined>>()
  let gathered: { ids: string[]; found: Promise<Map<string, EventTerms>> } | undefined

  /** All events that are asked for in one turn of the event loop are read together. */
  async function gather(eventId: string): Promise<EventTerms | undefined> {
    const own = gathered?.ids ?? []
    own.push(eventId)
    gathered ??= {
      ids: own,
      found: new Promise(setImmediate).then(() => {
        gathered = undefined
        return loadTerms(db, own)
      }),
    }
    const terms = (await gathered.found).get(eventId)
    if (terms) known.set(eventId, terms)
    return terms
  }

  function load(eventId: string): Promise<EventTerms | undefined> {
    const running = loading.get(eventId)
    if (running) return running
    const answer = gather(eventId).finally(() => loading.delete(eventId))
    loading.set(eventId, answer)
    return answer
  }

  return {
    peek: (eventId) => known.get(eventId),
    forget: (eventId) => void known.delete(eventId),
    refresh: async (eventId) => void (await load(eventId)),
    async get(eventIds) {
      const found = await Promise.all(eventIds.map((id) => known.get(id) ?? load(id)))
      return new Map(found.flatMap((terms) => (terms ? [[terms.event.event_id, terms]] : [])))
    },
    async learnCodes(wanted) {
      const unknown = wanted.filter(({ terms, code }) => !isKnown(terms, code.toUpperCase()))
      if (unknown.length === 0) return
      const rows = await db
        .selectFrom('promo_code')
        .select(COLUMNS.promo_code)
        .where(
          sql<boolean>`(event_id, upper(code)) in (select * from unnest(${unknown.map(({ terms }) => terms.event.event_id)}::uuid[],
                                                                        ${unknown.map(({ code }) => code.toUpperCase())}::text[]))`,
        )
        .execute()
      const found = new Map(rows.map((row) => [`${row.event_id} ${row.code.toUpperCase()}`, toCode(row)]))
      for (const { terms, code } of unknown) {
        const key = code.toUpperCase()
        const known = found.get(`${terms.event.event_id} ${key}`)
        // Guesses are not kept: there are more of them than memory, and a new code must be seen.
        if (!known) continue
        const [oldest] = terms.codes.keys()
        if (terms.codes.size >= CODES_MAX && oldest !== undefined) terms.codes.delete(oldest)
        terms.codes.set(key, known)
      }
    },
  }
}

/** Puts a known code behind those that are forgotten before it. */
function isKnown({ codes }: EventTerms, key: string): boolean {
  const known = codes.get(key)
  if (!known) return false
  codes.delete(key)
  codes.set(key, known)
  return true
}

/** All of it as of one moment: the version must be that of what is read with it. */
async function loadTerms(db: TicketsDb, eventIds: string[]): Promise<Map<string, EventTerms>> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const events = await tx.selectFrom('event').select(COLUMNS.event).where('event_id', 'in', eventIds).execute()
      const types = await tx
        .selectFrom('ticket_type')
        .select(COLUMNS.ticket_type)
        .where('event_id', 'in', eventIds)
        .orderBy('id')
        .execute()
      const draws = await tx
        .selectFrom('ticket_type_allotment as draw')
        .innerJoin('allotment as pool', (join) =>
          join.onRef('pool.event_id', '=', 'draw.event_id').onRef('pool.id', '=', 'draw.allotment_id'),
        )
        .select(['draw.ticket_type_id', 'draw.allotment_id', 'pool.ticket_type_id as owner_id', 'pool.terms_version'])
        .where('draw.event_id', 'in', eventIds)
        .orderBy('draw.allotment_id')
        .execute()
      const selling = await loadSellingTerms(tx, events)
      const typesOf = Map.groupBy(types, (type) => type.event_id)
      const drawsOf = Map.groupBy(draws, (draw) => draw.ticket_type_id)
      return new Map(
        events
          .filter((event) => event.status !== 'deleted')
          .map((event) => {
            const own = typesOf.get(event.event_id) ?? []
            const offered = own.map((type) => toType(type, drawsOf.get(type.id) ?? [], selling.get(type.event_id)))
            return [
              event.event_id,
              {
                event,
                version: Math.max(
                  0,
                  ...own.flatMap((type) => drawsOf.get(type.id)?.map((draw) => draw.terms_version) ?? []),
                ),
                types: new Map(offered.map((type) => [type.id, type])),
                codes: new Map(),
              },
            ]
          }),
      )
    })
}

function toType(
  row: TicketTypeRow,
  draws: { allotment_id: string; owner_id: string | null }[],
  selling: SellingTerms | undefined,
): OfferedType {
  return {
    row,
    id: row.id,
    priceMinor: row.price_minor,
    pricing: row.pricing,
    suggestedPriceMinor: row.suggested_price_minor,
    minPerOrder: row.min_per_order,
    maxPerOrder: row.max_per_order,
    maxPerBuyer: row.max_per_buyer,
    salesStartAt: row.sales_start_at,
    salesEndAt: row.sales_end_at,
    hidden: row.hidden,
    paused: row.paused,
    addOnTo: row.add_on_to,
    maxPerTicket: row.max_per_ticket,
    allotmentIds: draws.map((draw) => draw.allotment_id),
    vat: selling?.vatOf(row.vat_rate_id) ?? [],
    fee: selling?.feeIn(row.currency) ?? null,
    stepMinor: stepOf(row.currency),
    ownAllotmentId: draws.find((draw) => draw.owner_id === row.id)?.allotment_id ?? '',
  }
}

function toCode(row: PromoCodeRow): CodeTerms {
  return {
    id: row.id,
    discountPercent: row.discount_percent,
    discountMinor: row.discount_minor,
    ticketTypeIds: row.ticket_type_ids,
    unlocks: row.unlocks,
    allotmentId: row.allotment_id,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    active: row.active,
  }
}
