import { randomInt } from 'node:crypto'
import { type Pool, type PoolClient, sqlState } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { KeyClaim } from '@guichet/server'
import type { EventRow, OrderLineRow, OrderRow } from '../db.ts'
import type { Availability } from './availability.ts'
import type { Catalogue, EventTerms } from './catalogue.ts'
import type { Line, Refusal } from './decide.ts'
import { addMoves, decideAll, toPlaced } from './grants.ts'
import { holdAtOnce, LOCK_TIMEOUT } from './hold-at-once.ts'
import { readBought } from './limited-reads.ts'
import { lockBatch, type StoredAnswer } from './lock-batch.ts'
import { markOffered, readWaiting } from './offers.ts'
import { isOutage } from './outage.ts'
import { type FirstAnswer, type HeldMove, type NewHold, writeHolds } from './write-holds.ts'

/** A wish for places. Ids are UUIDs; `orderId` is made by the caller. */
export interface HoldRequest {
  orderId: string
  eventId: string
  lines: readonly Line[]
  promoCode?: string | undefined
  buyer: { name: string; email: string } | undefined
  buyerUserId: string | null
  locale: string
  /** How long the places are kept. */
  seconds: number
  idempotency?: KeyClaim | undefined
  /** The entry of the waiting list to which the places are offered. */
  offerTo?: { entryId: string; email: string } | undefined
}

export interface PlacedOrder {
  order: OrderRow
  lines: OrderLineRow[]
  event: EventRow
}

export type HoldOutcome =
  | ({ is: 'placed' } & PlacedOrder)
  /** The same request was answered before. */
  | { is: 'replayed'; first: FirstAnswer }
  /** The key was used for another request. */
  | { is: 'key-reused' }
  /** Somebody has locked the event's places for longer than anybody waits. */
  | { is: 'busy' }
  | ({ is: 'refused' } & Refusal)

export interface HoldEngine {
  /** Of its own, so that orders do not wait for reads. */
  pool: Pool
  catalogue: Catalogue
  /** Instead of the database's clock. */
  now?: (() => Date) | undefined
  /** By which most is decided, and which is told what each batch leaves. */
  availability: Pick<Availability, 'peek' | 'saw' | 'forget'>
}

/** Of a batch that fails, and of one whose terms turn out to be old: an organizer may be at work on many codes. */
const FAILURES_MAX = 5
const STALE_MAX = 20
/** Serialization failure, deadlock; and a key that another process stored since we looked: next time we see its answer. */
const RETRYABLE = new Set(['40001', '40P01', '23505'])

/**
 * Decides on a batch of requests and writes all that are granted. When it returns, every outcome is durable. What memory would
 * grant is written at once, if the stock allows it; about all others the tables decide.
 */
export async function holdOrders(engine: HoldEngine, requests: readonly HoldRequest[]): Promise<HoldOutcome[]> {
  const { outcomes, waited } = await holdAtOnce(engine, requests)
  const rest = requests.flatMap((request, index) => (outcomes[index] ? [] : [{ request, index }]))
  if (rest.length > 0) {
    const decided = await holdUnderLock(
      engine,
      rest.map(({ request }) => request),
      !waited,
    )
    for (const [position, { index }] of rest.entries()) outcomes[index] = decided[position]
  }
  return outcomes as HoldOutcome[]
}

/**
 * In one transaction of two round trips: lock and look, then write and commit.
 * @throws DomainError `sale-busy` when the terms of an event change faster than they can be read.
 */
async function holdUnderLock(
  engine: HoldEngine,
  requests: readonly HoldRequest[],
  // After a wait in vain no more: the events that are free shall not pay for the one that is not.
  wait: boolean,
): Promise<HoldOutcome[]> {
  for (let stale = 0, failures = 0; stale < STALE_MAX; ) {
    const terms = await termsOf(engine.catalogue, requests)
    const client = await engine.pool.connect()
    let outcomes: HoldOutcome[] | undefined
    try {
      outcomes = await tryBatch(engine, client, requests, terms, wait)
    } catch (error) {
      client.release(await isBroken(client, error))
      failures += 1
      if (wait && sqlState(error) === LOCK_TIMEOUT) {
        wait = false
        continue
      }
      if (failures >= FAILURES_MAX || !RETRYABLE.has(sqlState(error) ?? '')) throw error
      await new Promise((resolve) => setTimeout(resolve, randomInt(10 * failures)))
      continue
    }
    // Outside the try: given back twice, a connection would be taken from whoever has it by then.
    client.release()
    if (outcomes) return outcomes
    stale += 1
  }
  throw new DomainError('sale-busy')
}

/** A connection that failed, or cannot even roll back, is not used again. */
async function isBroken(client: PoolClient, error: unknown): Promise<boolean> {
  if (sqlState(error) === undefined && isOutage(error)) return true
  return client.query('rollback').then(
    () => false,
    () => true,
  )
}

async function termsOf(catalogue: Catalogue, requests: readonly HoldRequest[]) {
  const terms = await catalogue.get([...new Set(requests.map(({ eventId }) => eventId))])
  await catalogue.learnCodes(
    requests.flatMap(({ eventId, promoCode }) => {
      const own = terms.get(eventId)
      return own && promoCode !== undefined ? [{ terms: own, code: promoCode }] : []
    }),
  )
  return terms
}

/** Undefined when the terms turn out to be old. */
async function tryBatch(
  engine: HoldEngine,
  client: PoolClient,
  requests: readonly HoldRequest[],
  terms: ReadonlyMap<string, EventTerms>,
  wait: boolean,
): Promise<HoldOutcome[] | undefined> {
  const { locked, now, stored, busy } = await lockBatch(engine, client, requests, terms, wait)
  const lockedOf = Map.groupBy(locked, (allotment) => allotment.event_id)
  const stale = [...lockedOf].filter(([id, rows]) => rows.some((row) => row.terms_version !== terms.get(id)?.version))
  if (stale.length > 0) {
    for (const [eventId] of stale) {
      engine.catalogue.forget(eventId)
      engine.availability.forget(eventId)
    }
    await client.query('rollback')
    return undefined
  }
  const outcomes = requests.map((request) => answerOf(stored, request))
  const open = requests.flatMap((request, index) => (outcomes[index] ? [] : [{ request, index }]))
  const bought = await readBought(client, requests, terms)
  const waiting = await readWaiting(client, requests)
  const holds: NewHold[] = []
  const moves = new Map<string, HeldMove>()
  for (const [eventId, group] of Map.groupBy(open, ({ request }) => request.eventId)) {
    if (busy.has(eventId)) {
      for (const { index } of group) outcomes[index] = { is: 'busy' }
      continue
    }
    const own = terms.get(eventId)
    // Once in a batch, too: the second offer to an entry finds it served.
    const alive = group.filter(({ request }) => !request.offerTo || waiting.delete(request.offerTo.entryId))
    const decisions = own
      ? decideAll(
          own,
          now,
          lockedOf.get(eventId) ?? [],
          bought,
          alive.map(({ request }) => request),
        )
      : []
    for (const { index } of group) outcomes[index] = REFUSED
    for (const [position, { request, index }] of alive.entries()) {
      const decision = decisions[position]
      if (!own || !decision) continue
      if (!decision.granted) {
        outcomes[index] = { is: 'refused', ...decision }
        continue
      }
      const placed = toPlaced(own, request, decision, now)
      holds.push({ ...placed, idempotency: request.idempotency })
      outcomes[index] = { is: 'placed', ...placed }
      addMoves(moves, own, decision)
    }
  }
  await write(client, now, [...moves.values()], holds)
  for (const { event_id, waiting_entry_id } of holds.map(({ order }) => order)) {
    if (waiting_entry_id !== null) engine.availability.forget(event_id)
  }
  for (const [eventId, rows] of lockedOf) {
    engine.availability.saw(
      eventId,
      rows.map((row) => ({ ...row, held: row.held + (moves.get(row.id)?.held ?? 0) })),
    )
  }
  return outcomes as HoldOutcome[]
}

const REFUSED: HoldOutcome = { is: 'refused', granted: false, code: 'not-found', facts: {} }

function answerOf(stored: readonly StoredAnswer[], { idempotency }: HoldRequest): HoldOutcome | undefined {
  const found = idempotency && stored.find(({ scope, key }) => scope === idempotency.scope && key === idempotency.key)
  if (!found) return undefined
  return found.request_hash.equals(idempotency.requestHash)
    ? { is: 'replayed', first: found.body }
    : { is: 'key-reused' }
}

/** The rows were looked at. */
const UNDER_LOCK = { waitingMax: 2 ** 31 - 1 }

async function write(client: PoolClient, now: Date, moves: HeldMove[], holds: NewHold[]): Promise<void> {
  if (holds.length === 0) {
    await client.query('rollback')
    return
  }
  const offers = holds.filter(({ order }) => order.waiting_entry_id !== null).map(({ order }) => order)
  // A commit after a failed statement is a rollback, so it need not wait for the others.
  const [, , committed] = await Promise.all([
    writeHolds(client, now, moves, holds, UNDER_LOCK),
    offers.length > 0 ? markOffered(client, offers, now) : undefined,
    client.query('commit'),
  ])
  if (committed.command !== 'COMMIT') throw new Error('The transaction did not commit')
}
