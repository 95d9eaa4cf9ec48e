import { sql } from '@guichet/database'
import type { TicketsDb } from '../db.ts'
import type { LockedAllotment } from './allotments.ts'
import type { Catalogue, EventTerms } from './catalogue.ts'

export type SeenAllotment = Pick<LockedAllotment, 'id' | 'ticket_type_id' | 'capacity' | 'held' | 'sold' | 'waiting'>

/** An event's stock as it was at most {@link STALE_MS} ago. */
export interface Snapshot {
  terms: EventTerms
  /** By id; those of codes are left out. Another map whenever one of them has changed. */
  allotments: ReadonlyMap<string, SeenAllotment>
  /** The database's clock now, as we believe it to be. */
  now(): Date
}

/** What most visitors ask for is answered from memory: at most so old, in milliseconds. */
export const STALE_MS = 1_000
const EVENTS_MAX = 5_000

interface Seen {
  terms: EventTerms
  allotments: ReadonlyMap<string, SeenAllotment>
  /** When it was read, by the monotonic clock, and what the database's clock said. */
  readAt: number
  databaseMs: number
}

/**
 * The stock of events in memory, read by at most one statement a second and event however many ask; batches that sell tell
 * it what they left. Never the ground of a sale: only of refusals and of what is shown.
 */
export class Availability {
  readonly #db: TicketsDb
  readonly #catalogue: Catalogue
  readonly #now: (() => Date) | undefined
  readonly #seen = new Map<string, Seen>()
  readonly #reading = new Map<string, Promise<Seen | undefined>>()

  constructor(db: TicketsDb, catalogue: Catalogue, now?: () => Date) {
    this.#db = db
    this.#catalogue = catalogue
    this.#now = now
  }

  /** As fresh as promised; undefined for an event that we do not have. */
  async look(eventId: string): Promise<Snapshot | undefined> {
    const seen = this.#seen.get(eventId)
    if (seen && performance.now() - seen.readAt < STALE_MS) return this.#snapshot(seen)
    const read = await this.#readOnce(eventId)
    return read && this.#snapshot(read)
  }

  /** What is in memory, however old; for a guess that is made sure of with {@link look}. */
  peek(eventId: string): Snapshot | undefined {
    const seen = this.#seen.get(eventId)
    return seen && this.#snapshot(seen)
  }

  /** A batch has locked these and left them so. */
  saw(eventId: string, allotments: readonly SeenAllotment[]): void {
    const seen = this.#seen.get(eventId)
    if (!seen) return
    const changed = new Map(seen.allotments)
    for (const allotment of allotments) if (changed.has(allotment.id)) changed.set(allotment.id, allotment)
    seen.allotments = changed
  }

  /** Something else has changed: the next who asks has it read again. */
  forget(eventId: string): void {
    this.#seen.delete(eventId)
    this.#reading.delete(eventId)
  }

  #snapshot({ terms, allotments, databaseMs, readAt }: Seen): Snapshot {
    return { terms, allotments, now: this.#now ?? (() => new Date(databaseMs + performance.now() - readAt)) }
  }

  #readOnce(eventId: string): Promise<Seen | undefined> {
    const reading = this.#reading.get(eventId)
    if (reading) return reading
    const isCurrent = () => this.#reading.get(eventId) === read
    const read: Promise<Seen | undefined> = this.#read(eventId)
      .then((seen) => {
        // Forgotten meanwhile: it may be older than what it was forgotten for.
        if (seen && isCurrent()) this.#remember(eventId, seen)
        return seen
      })
      .finally(() => {
        if (isCurrent()) this.#reading.delete(eventId)
      })
    this.#reading.set(eventId, read)
    return read
  }

  #remember(eventId: string, seen: Seen): void {
    if (this.#seen.size >= EVENTS_MAX) this.#seen.clear()
    this.#seen.set(eventId, seen)
  }

  async #read(eventId: string): Promise<Seen | undefined> {
    const readAt = performance.now()
    const rows = await this.#db
      .selectFrom('allotment')
      .select(['id', 'ticket_type_id', 'capacity', 'held', 'sold', 'waiting', 'terms_version'])
      .select(sql<Date>`clock_timestamp()`.as('now'))
      .where('event_id', '=', eventId)
      .where('kind', '<>', 'promo')
      .execute()
    // Without an allotment there is no version to compare, hence nothing to be remembered.
    if (rows[0]?.terms_version !== this.#catalogue.peek(eventId)?.version) this.#catalogue.forget(eventId)
    const terms = (await this.#catalogue.get([eventId])).get(eventId)
    if (!terms) return undefined
    return {
      terms,
      allotments: new Map(rows.map((row) => [row.id, row])),
      readAt,
      databaseMs: rows[0]?.now.getTime() ?? performance.timeOrigin + readAt,
    }
  }
}
