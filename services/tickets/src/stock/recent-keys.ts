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
 * keeps and reads nothing while nobody is refused. After a sale with more keys than memory is worth, it asks for each, those of
 * one turn of the event loop together.
 */
export class RecentKeys {
  readonly #db: TicketsDb
  readonly #keysMax: number
  #keys = new Set<string>()
  /** From the beginning of the first reading on, what this process places is kept too. */
  #inUse = false
  #readAt = Number.NEGATIVE_INFINITY
  #since: Date | undefined
  #reading: Promise<void> | undefined
  #asking: { claims: KeyClaim[]; known: Promise<Set<string>> } | undefined

  constructor(db: TicketsDb, keysMax = KEYS_MAX) {
    this.#db = db
    this.#keysMax = keysMax
  }

  add(claim: KeyClaim): void {
    if (!this.#inUse) return
    if (!this.#isFull()) this.#keys.add(name(claim))
    if (performance.now() - this.#readAt > UNUSED_MS && !this.#reading) this.#forget()
  }

  /** True when the request may be a repeat. */
  async mayHave(claim: KeyClaim): Promise<boolean> {
    if (performance.now() - this.#readAt >= (this.#isFull() ? UNUSED_MS : FRESH_MS)) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    if (this.#keys.has(name(claim))) return true
    return this.#isFull() && this.#ask(claim)
  }

  #isFull(): boolean {
    return this.#keys.size >= this.#keysMax
  }

  async #ask(claim: KeyClaim): Promise<boolean> {
    const claims = this.#asking?.claims ?? []
    claims.push(claim)
    this.#asking ??= { claims, known: new Promise(setImmediate).then(() => this.#find(claims)) }
    return (await this.#asking.known).has(name(claim))
  }

  async #find(claims: readonly KeyClaim[]): Promise<Set<string>> {
    this.#asking = undefined
    const { rows } = await sql<{ scope: string; key: string }>`
      select scope, key from idempotency_key
       where (scope, key) in (select * from unnest(${claims.map(({ scope }) => scope)}::text[], ${claims.map(({ key }) => key)}::text[]))`.execute(
      this.#db,
    )
    return new Set(rows.map(name))
  }

  async #read(): Promise<void> {
    const readAt = performance.now()
    // Those too old to matter go with all the others, now and then.
    if (readAt - this.#readAt > UNUSED_MS || this.#isFull()) this.#forget()
    this.#inUse = true
    const { rows } = await sql<{ scope: string; key: string; now: Date }>`
      select clock.now, scope, key from (select clock_timestamp() as now) clock
        left join idempotency_key
          on created_at > coalesce(${this.#since ?? null}::timestamptz, clock.now - ${`${REMEMBERED_MS} ms`}::interval)
         and scope like '%:placeOrder'
       limit ${this.#keysMax}`.execute(this.#db)
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
