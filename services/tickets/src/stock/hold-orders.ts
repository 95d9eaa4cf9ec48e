import { randomInt } from 'node:crypto'
import { type Pool, type PoolClient, sqlState } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { KeyClaim } from '@guichet/server'
import type { EventRow, OrderLineRow, OrderRow } from '../db.ts'
import { totalMinor } from '../money/currency.ts'
import type { LockedAllotment, Move } from './allotments.ts'
import type { Catalogue, EventTerms } from './catalogue.ts'
import { type Bought, type Decision, decide, type Grant, type Line, type Refusal, type StockView } from './decide.ts'
import { buyersOf, readBought } from './limited-reads.ts'
import { lockBatch, type StoredAnswer } from './lock-batch.ts'
import { markOffered, readWaiting } from './offers.ts'
import { isOutage } from './outage.ts'
import { type FirstAnswer, type NewHold, writeHolds } from './write-holds.ts'

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
  /** Told that an event's waiting list has changed too. */
  forget(eventId: string): void
  /** Told what the locked allotments are after each batch. */
  saw(eventId: string, allotments: readonly LockedAllotment[]): void
}

/** Of a batch that fails, and of one whose terms turn out to be old: an organizer may be at work on many codes. */
const FAILURES_MAX = 5
const STALE_MAX = 20
/** Serialization failure, deadlock; and a key that another process stored since we looked: next time we see its answer. */
const RETRYABLE = new Set(['40001', '40P01', '23505'])
const LOCK_TIMEOUT = '55P03'

/**
 * Decides on a batch of requests and writes all that are granted, in one transaction of two round trips: lock, then write and
 * commit. When it returns, every outcome is durable.
 * @throws DomainError `sale-busy` when the terms of an event change faster than they can be read.
 */
export async function holdOrders(engine: HoldEngine, requests: readonly HoldRequest[]): Promise<HoldOutcome[]> {
  // After a wait in vain no more: the events that are free shall not pay for the one that is not.
  let wait = true
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
    for (const [eventId] of stale) engine.catalogue.forget(eventId)
    await client.query('rollback')
    return undefined
  }
  const outcomes = requests.map((request) => answerOf(stored, request))
  const open = requests.flatMap((request, index) => (outcomes[index] ? [] : [{ request, index }]))
  const bought = await readBought(client, requests, terms)
  const waiting = await readWaiting(client, requests)
  const holds: NewHold[] = []
  const moves = new Map<string, Move>()
  for (const [eventId, group] of Map.groupBy(open, ({ request }) => request.eventId)) {
    if (busy.has(eventId)) {
      for (const { index } of group) outcomes[index] = { is: 'busy' }
      continue
    }
    const own = terms.get(eventId)
    // Once in a batch, too: the second offer to an entry finds it served.
    const alive = group.filter(({ request }) => !request.offerTo || waiting.delete(request.offerTo.entryId))
    const decisions = own ? decideAll(own, now, lockedOf.get(eventId) ?? [], bought, alive) : []
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
      addMoves(moves, eventId, decision)
    }
  }
  await write(client, now, [...moves.values()], holds)
  for (const { event_id, waiting_entry_id } of holds.map(({ order }) => order)) {
    if (waiting_entry_id !== null) engine.forget(event_id)
  }
  for (const [eventId, rows] of lockedOf) {
    engine.saw(
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

function decideAll(
  terms: EventTerms,
  now: Date,
  locked: readonly LockedAllotment[],
  bought: readonly Bought[],
  group: readonly { request: HoldRequest }[],
): Decision[] {
  return decide(
    viewOf(terms, now, locked, bought),
    group.map(({ request }) => ({
      lines: request.lines,
      promoCode: request.promoCode,
      buyerKeys: buyersOf(request),
      offer: request.offerTo !== undefined,
    })),
  )
}

export function viewOf(
  terms: EventTerms,
  now: Date,
  allotments: readonly Pick<LockedAllotment, 'id' | 'ticket_type_id' | 'capacity' | 'held' | 'sold' | 'waiting'>[],
  bought: readonly Bought[] = [],
): StockView {
  return {
    now,
    status: terms.event.status,
    closed: terms.event.closed_at !== null,
    endsAt: terms.event.ends_at,
    types: terms.types,
    codes: terms.codes,
    bought,
    awaited: new Set(allotments.flatMap((one) => (one.waiting > 0 && one.ticket_type_id ? [one.ticket_type_id] : []))),
    free: new Map(allotments.map(({ id, capacity, held, sold }) => [id, capacity - held - sold])),
  }
}

function toPlaced({ event, types }: EventTerms, request: HoldRequest, grant: Grant, now: Date): PlacedOrder {
  const lines = grant.lines.map((line, index): OrderLineRow => {
    const price = grant.prices[index]
    const type = types.get(line.ticketTypeId)
    if (!price || !type) throw new Error('A line was granted without a price')
    return {
      event_id: request.eventId,
      order_id: request.orderId,
      line_number: index + 1,
      ticket_type_id: line.ticketTypeId,
      type_name: type.row.name,
      quantity: line.quantity,
      unit_price_minor: price.unitPriceMinor,
      full_price_minor: price.fullPriceMinor,
    }
  })
  const order: OrderRow = {
    event_id: request.eventId,
    id: request.orderId,
    organizer_id: event.organizer_id,
    state: 'held',
    number: null,
    buyer_user_id: request.buyerUserId,
    buyer_name: request.buyer?.name ?? null,
    buyer_email: request.buyer?.email ?? request.offerTo?.email ?? null,
    locale: request.locale,
    currency: types.get(lines[0]?.ticket_type_id ?? '')?.row.currency ?? '',
    total_minor: totalMinor(lines.map((line) => ({ quantity: line.quantity, unitPriceMinor: line.unit_price_minor }))),
    expires_at: new Date(now.getTime() + request.seconds * 1_000),
    extensions: 0,
    created_at: now,
    confirmed_at: null,
    ended_at: null,
    version: 1,
    allotment_ids: [...grant.places.keys()],
    allotment_places: [...grant.places.values()],
    promo_code_id: grant.code?.id ?? null,
    promo_code: grant.code ? (request.promoCode ?? null) : null,
    buyer_key: grant.limited ? ((request.buyer ?? request.offerTo)?.email.toLowerCase() ?? null) : null,
    waiting_entry_id: request.offerTo?.entryId ?? null,
  }
  return { order, lines, event }
}

/** Several orders of one allotment become one change of its row. */
function addMoves(moves: Map<string, Move>, eventId: string, { places }: Grant): void {
  for (const [allotmentId, held] of places) {
    const move = moves.get(allotmentId)
    if (move) move.held += held
    else moves.set(allotmentId, { eventId, allotmentId, held, sold: 0 })
  }
}

async function write(client: PoolClient, now: Date, moves: Move[], holds: NewHold[]): Promise<void> {
  if (holds.length === 0) {
    await client.query('rollback')
    return
  }
  const offers = holds.filter(({ order }) => order.waiting_entry_id !== null).map(({ order }) => order)
  // A commit after a failed statement is a rollback, so it need not wait for the others.
  const [, , committed] = await Promise.all([
    writeHolds(client, now, moves, holds),
    offers.length > 0 ? markOffered(client, offers, now) : undefined,
    client.query('commit'),
  ])
  if (committed.command !== 'COMMIT') throw new Error('The transaction did not commit')
}
