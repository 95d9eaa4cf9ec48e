import { sql } from '@guichet/database'
import type { TicketsDb } from '../db.ts'
import type { IdempotencyClaim } from './write-holds.ts'

/** How long a repeated request is recognised without asking: longer than a hold lives without being extended. */
const REMEMBERED_MS = 15 * 60_000
/** Transactions that are this late, in milliseconds, are still seen: their rows bear the time of their beginning. */
const LATE_MS = 10_000
const FRESH_MS = 1_000
const KEYS_MAX = 500_000

/**
 * The Idempotency-Keys of orders placed lately, by this process and (a second later) by others. A repeat of one of these
 * must get its first answer, so it is not refused from memory, sold out or not. Reads at most one statement a second, and
 * none while nobody is refused.
 */
export class RecentKeys {
  readonly #db: TicketsDb
  #keys = new Map<string, number>()
  #readAt = Number.NEGATIVE_INFINITY
  #since: Date | undefined
  #reading: Promise<void> | undefined

  constructor(db: TicketsDb) {
    this.#db = db
  }

  add(claim: IdempotencyClaim): void {
    this.#remember(name(claim), performance.now())
  }

  /** True when the request may be a repeat. */
  async mayHave(claim: IdempotencyClaim): Promise<boolean> {
    if (performance.now() - this.#readAt >= FRESH_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    return this.#keys.size >= KEYS_MAX || this.#keys.has(name(claim))
  }

  async #read(): Promise<void> {
    const readAt = performance.now()
    const { rows } = await sql<{ scope: string; key: string; now: Date }>`
      select clock.now, scope, key from (select clock_timestamp() as now) clock
        left join idempotency_key
          on created_at > coalesce(${this.#since ?? null}::timestamptz, clock.now - ${`${REMEMBERED_MS} ms`}::interval)
         and scope like '%:placeOrder'
       limit ${KEYS_MAX}`.execute(this.#db)
    for (const { scope, key } of rows) if (key) this.#remember(name({ scope, key }), readAt)
    const now = rows[0]?.now
    if (now) this.#since = new Date(now.getTime() - LATE_MS)
    this.#readAt = readAt
  }

  #remember(key: string, at: number): void {
    this.#keys.delete(key)
    this.#keys.set(key, at)
    // Oldest first, as they were put in.
    for (const [old, addedAt] of this.#keys) {
      if (at - addedAt < REMEMBERED_MS && this.#keys.size <= KEYS_MAX) break
      this.#keys.delete(old)
    }
  }
}

function name({ scope, key }: Pick<IdempotencyClaim, 'scope' | 'key'>): string {
  return `${scope}\n${key}`
}
