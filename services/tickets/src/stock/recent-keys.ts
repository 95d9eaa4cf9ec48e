import { sql } from '@guichet/database'
import type { KeyClaim } from '@guichet/server'
import type { TicketsDb } from '../db.ts'

/** How long a repeated request is recognised without asking: longer than a hold lives without being extended. */
const REMEMBERED_MS = 15 * 60_000
/** A key bears the time at which its batch had the lock; so long after that, in milliseconds, its commit is still awaited. */
const LATE_MS = 3_000
const FRESH_MS = 1_000
/** Nobody was refused for so long: the keys are let go. */
const UNUSED_MS = 60_000
const KEYS_MAX = 200_000

/**
 * The Idempotency-Keys of orders placed lately, by this process and (a second later) by others. A repeat of one of these
 * must get its first answer, so it is not refused from memory, sold out or not. Reads at most one statement a second, and
 * keeps and reads nothing while nobody is refused.
 */
export class RecentKeys {
  readonly #db: TicketsDb
  #keys = new Set<string>()
  /** From the beginning of the first reading on, what this process places is kept too. */
  #inUse = false
  #readAt = Number.NEGATIVE_INFINITY
  #since: Date | undefined
  #reading: Promise<void> | undefined

  constructor(db: TicketsDb) {
    this.#db = db
  }

  add(claim: KeyClaim): void {
    if (!this.#inUse) return
    this.#keys.add(name(claim))
    if (performance.now() - this.#readAt > UNUSED_MS && !this.#reading) this.#forget()
  }

  /** True when the request may be a repeat. */
  async mayHave(claim: KeyClaim): Promise<boolean> {
    if (performance.now() - this.#readAt >= FRESH_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    // More than we care to remember: the database knows.
    return this.#keys.size >= KEYS_MAX || this.#keys.has(name(claim))
  }

  async #read(): Promise<void> {
    const readAt = performance.now()
    // Those too old to matter go with all the others, now and then.
    if (readAt - this.#readAt > UNUSED_MS || this.#keys.size >= KEYS_MAX) this.#forget()
    this.#inUse = true
    const { rows } = await sql<{ scope: string; key: string; now: Date }>`
      select clock.now, scope, key from (select clock_timestamp() as now) clock
        left join idempotency_key
          on created_at > coalesce(${this.#since ?? null}::timestamptz, clock.now - ${`${REMEMBERED_MS} ms`}::interval)
         and scope like '%:placeOrder'
       limit ${KEYS_MAX}`.execute(this.#db)
    for (const { scope, key } of rows) if (key) this.#keys.add(name({ scope, key }))
    const now = rows[0]?.now
    if (now) this.#since = new Date(now.getTime() - LATE_MS)
    this.#readAt = readAt
  }

  #forget(): void {
    this.#keys = new Set()
    this.#since = undefined
    this.#inUse = false
  }
}

function name({ scope, key }: Pick<KeyClaim, 'scope' | 'key'>): string {
  return `${scope}\n${key}`
}
