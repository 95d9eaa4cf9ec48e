import { createPool } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { TicketsDb } from '../db.ts'
import { Availability, type Snapshot } from './availability.ts'
import { type Batcher, createBatcher } from './batcher.ts'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { type Decision, decide, type RefusalCode, type StockView } from './decide.ts'
import { viewOf } from './grants.ts'
import { type HoldEngine, type HoldOutcome, type HoldRequest, holdOrders } from './hold-orders.ts'
import { isOutage } from './outage.ts'
import { RecentKeys } from './recent-keys.ts'

/** Who gets places. One for each process of the service; several may sell one event, the row locks arbitrate. */
export interface Stock {
  /** @throws DomainError `sale-busy`, `idempotency-in-progress`, `unavailable`. */
  hold(request: HoldRequest): Promise<HoldOutcome>
  /** Too many orders wait: the next is refused before its body is read. */
  isFull(): boolean
  catalogue: Catalogue
  availability: Availability
  /** Waits for the orders in work, then closes the connections. */
  stop(): Promise<void>
}

export interface StockOptions {
  databaseUrl: string
  db: TicketsDb
  now?: (() => Date) | undefined
  onError(error: unknown): void
}

const IN_FLIGHT_MAX = 2
const LIMITS = { sizeMax: 512, weightMax: 2_048, queueMax: 2_048, inFlightMax: IN_FLIGHT_MAX }

/**
 * Every statement of a batch finds its rows by their keys. A planner without statistics (a new database, a sale that has just
 * begun) would rather read whole tables.
 */
const BY_KEY = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
}

/** Refusals that memory may pronounce: each is a state of the event for a while, not a fault of the request. */
const FROM_MEMORY: ReadonlySet<RefusalCode> = new Set([
  'sold-out',
  'not-on-sale',
  'sale-ended',
  'sale-paused',
  'sale-closed',
  'event-cancelled',
])

export function createStock({ databaseUrl, db, now, onError }: StockOptions): Stock {
  const pool = createPool(databaseUrl, { max: IN_FLIGHT_MAX, pipeline: true, settings: BY_KEY, onError })
  const catalogue = createCatalogue(db)
  const availability = new Availability(db, catalogue, now)
  const keys = new RecentKeys(db)
  const inWork = new Set<string>()
  const engine: HoldEngine = { pool, catalogue, availability, now }
  const batcher: Batcher<HoldRequest, HoldOutcome> = createBatcher({
    ...LIMITS,
    run: (requests) => holdOrders(engine, requests),
    isOutage,
    weigh: ({ lines }) => lines.length,
  })

  async function holdOnce(request: HoldRequest): Promise<HoldOutcome> {
    const refusal = mayRefuse(request) ? await refuse(request) : undefined
    if (refusal) return refusal
    try {
      if (hasUnknownType(request)) await catalogue.refresh(request.eventId)
      const outcome = await batcher.submit(request)
      if (outcome.is === 'placed' && request.idempotency) keys.add(request.idempotency)
      remember(request.eventId)
      return outcome
    } catch (error) {
      throw isOutage(error) ? new DomainError('unavailable', {}, { cause: error }) : error
    }
  }

  /**
   * Nothing is locked for a type that we do not know, so no version could tell that it is new. Asked for before the batch:
   * who makes types up waits by himself.
   */
  function hasUnknownType({ eventId, lines }: HoldRequest): boolean {
    const terms = catalogue.peek(eventId)
    return terms !== undefined && !lines.every(({ ticketTypeId }) => terms.types.has(ticketTypeId))
  }

  /** The next ones are decided by what is in memory. */
  function remember(eventId: string): void {
    if (!availability.peek(eventId)) availability.look(eventId).catch(onError)
  }

  function mayRefuse(request: HoldRequest): boolean {
    if (request.promoCode !== undefined || request.offerTo) return false
    return refusedBy(availability.peek(request.eventId), request) !== undefined
  }

  /** From memory, when it is sure: fresh, and the request no repeat of one that was granted. */
  async function refuse(request: HoldRequest): Promise<HoldOutcome | undefined> {
    const decision = refusedBy(await availability.look(request.eventId), request)
    if (!decision || (request.idempotency && (await keys.mayHave(request.idempotency)))) return undefined
    return { is: 'refused', ...decision }
  }

  return {
    catalogue,
    availability,
    isFull: () => batcher.isFull(),
    async hold(request) {
      const { idempotency } = request
      if (!idempotency) return holdOnce(request)
      const name = `${idempotency.scope}\n${idempotency.key}`
      if (inWork.has(name)) throw new DomainError('idempotency-in-progress')
      inWork.add(name)
      try {
        return await holdOnce(request)
      } finally {
        inWork.delete(name)
      }
    },
    async stop() {
      await batcher.idle()
      await pool.end()
    },
  }
}

interface Overview {
  view: StockView
  /** Between these instants (ms), and for so many places, nothing that memory may pronounce stands against an order. */
  opensMs: number
  closesMs: number
  free: number
}

const overviews = new WeakMap<Snapshot['allotments'], Overview>()

/** Made once for each state of the stock, and not for each of the requests that it judges. */
function overviewOf({ terms, allotments, now }: Snapshot): Overview {
  const known = overviews.get(allotments)
  if (known) return known
  const view = viewOf(terms, now(), [...allotments.values()])
  const types = [...terms.types.values()]
  const open =
    view.status === 'published' && !view.closed && view.awaited.size === 0 && !types.some((type) => type.paused)
  const overview = {
    view,
    opensMs: Math.max(0, ...types.map((type) => type.salesStartAt?.getTime() ?? 0)),
    closesMs: open ? Math.min(...types.map((type) => (type.salesEndAt ?? view.endsAt).getTime())) : 0,
    free: Math.min(...view.free.values()),
  }
  overviews.set(allotments, overview)
  return overview
}

function refusedBy(
  snapshot: Snapshot | undefined,
  { lines }: HoldRequest,
): (Decision & { granted: false }) | undefined {
  if (!snapshot) return undefined
  const { view, opensMs, closesMs, free } = overviewOf(snapshot)
  const now = snapshot.now()
  const wanted = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (now.getTime() >= opensMs && now.getTime() < closesMs && wanted <= free) return undefined
  const [decision] = decide({ ...view, now }, [{ lines }])
  return decision && !decision.granted && FROM_MEMORY.has(decision.code) ? decision : undefined
}
