import { hash } from 'node:crypto'
import { sql } from '@guichet/database'
import type { KeyClaim } from '@guichet/server'
import type { TicketsDb } from '../db.ts'
import { BloomFilter } from './bloom-filter.ts'

/** How long a repeated request is recognised without asking, at least: longer than a hold lives without being extended. */
const REMEMBERED_MS = 15 * 60_000
/** A key bears the time at which its batch had the lock; so long after that, in milliseconds, its commit is still awaited. */
const LATE_MS = 3_000
const FRESH_MS = 1_000
/** Nobody was refused for so long: the keys are let go. */
const UNUSED_MS = 60_000
const DIGEST_BYTES = 8

/**
 * The Idempotency-Keys of orders placed lately, by this process and (a second later) by others. A repeat of one of these
 * must get its first answer, so it is not refused from memory, sold out or not. Reads at most one statement a second, after a
 * sale of any size, and keeps and reads nothing while nobody is refused.
 */
export class RecentKeys {
  readonly #db: TicketsDb
  /** There from the beginning of the first reading on, so that what this process places meanwhile is kept too. */
  #recent: BloomFilter | undefined
  /** What was kept in the {@link REMEMBERED_MS} before. */
  #older: BloomFilter | undefined
  #recentFrom = 0
  #readAt = Number.NEGATIVE_INFINITY
  #since: Date | undefined
  #reading: Promise<void> | undefined

  constructor(db: TicketsDb) {
    this.#db = db
  }

  add(claim: KeyClaim): void {
    if (!this.#recent) return
    this.#recent.add(digestOf(claim))
    if (performance.now() - this.#readAt > UNUSED_MS && !this.#reading) this.#forget()
  }

  /** False when the request is no repeat. A few that are none may be taken for one: who is asked next decides. */
  async mayHave(claim: KeyClaim): Promise<boolean> {
    if (performance.now() - this.#readAt >= FRESH_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    const digest = digestOf(claim)
    return this.#recent?.has(digest) || this.#older?.has(digest) || false
  }

  async #read(): Promise<void> {
    const readAt = performance.now()
    if (!this.#recent || readAt - this.#recentFrom > REMEMBERED_MS) {
      this.#older = this.#recent
      this.#recent = new BloomFilter()
      this.#recentFrom = readAt
    }
    const recent = this.#recent
    // One value: a million rows would hold the event loop up for seconds. The time of the statement's beginning, which the
    // planner knows, unlike the clock's.
    const { rows } = await sql<{ now: Date; digests: Buffer | null }>`
      select now(), (
               select string_agg(substr(sha256(convert_to(scope || chr(10) || key, 'UTF8')), 1, ${sql.lit(DIGEST_BYTES)}), '')
                 from idempotency_key
                where created_at > greatest(${this.#since ?? null}::timestamptz, now() - ${`${REMEMBERED_MS} ms`}::interval)
                  and scope like '%:placeOrder') as digests`.execute(this.#db)
    const digests = rows[0]?.digests ?? Buffer.alloc(0)
    for (let at = 0; at < digests.length; at += DIGEST_BYTES) recent.add(digests, at)
    const now = rows[0]?.now
    if (now) this.#since = new Date(now.getTime() - LATE_MS)
    this.#readAt = readAt
  }

  #forget(): void {
    this.#recent = undefined
    this.#older = undefined
    this.#since = undefined
  }
}

/** As the statement makes it. */
function digestOf({ scope, key }: Pick<KeyClaim, 'scope' | 'key'>): Buffer {
  return hash('sha256', `${scope}\n${key}`, 'buffer')
}
