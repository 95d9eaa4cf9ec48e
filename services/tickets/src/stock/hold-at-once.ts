import { sqlState } from '@guichet/database'
import type { EventTerms } from './catalogue.ts'
import { addMoves, decideAll, toPlaced } from './grants.ts'
import type { HoldEngine, HoldOutcome, HoldRequest } from './hold-orders.ts'
import { type HeldMove, type NewHold, writeHolds } from './write-holds.ts'

/** Of PostgreSQL: a lock was waited for in vain. */
export const LOCK_TIMEOUT = '55P03'
/** The stock was not as memory had it, a key was used before, or somebody was in the way: to be looked at under the lock. */
const LOOK_AGAIN = new Set(['22012', '23505', '23514', '40001', '40P01', LOCK_TIMEOUT])
/** Whoever waits goes first. */
const NOBODY_WAITS = { waitingMax: 0 }

/**
 * The short way of most batches: decides by what memory has, and writes in one statement that holds only if it is so: the terms
 * have the version by which was decided, there are free places for all, and no list waits for them. Otherwise it changes
 * nothing. One round trip, and no turn of our event loop while the rows are locked. Undefined for the requests that must be
 * decided under the lock: those that memory refuses (it may be mistaken, or they may be repetitions) and those that need more
 * to be read. `waited`: somebody has had the rows locked for as long as anybody waits.
 */
export async function holdAtOnce(
  engine: HoldEngine,
  requests: readonly HoldRequest[],
): Promise<{ outcomes: (HoldOutcome | undefined)[]; waited: boolean }> {
  const outcomes = new Array<HoldOutcome | undefined>(requests.length).fill(undefined)
  const holds: NewHold[] = []
  const moves = new Map<string, HeldMove>()
  let now: Date | undefined
  const groups = Map.groupBy(requests.entries(), ([, { eventId }]) => eventId)
  for (const [eventId, group] of groups) {
    const terms = engine.catalogue.peek(eventId)
    const seen = terms && engine.availability.peek(eventId)
    if (!terms || !seen) continue
    now ??= seen.now()
    const simple = group.filter(([, request]) => isSimple(terms, request))
    const decisions = decideAll(
      terms,
      now,
      [...seen.allotments.values()],
      [],
      simple.map(([, request]) => request),
    )
    for (const [position, [index, request]] of simple.entries()) {
      const decision = decisions[position]
      if (!decision?.granted) continue
      const placed = toPlaced(terms, request, decision, now)
      holds.push({ ...placed, idempotency: request.idempotency })
      outcomes[index] = { is: 'placed', ...placed }
      addMoves(moves, terms, decision)
    }
  }
  if (!now || holds.length === 0) return { outcomes, waited: false }
  try {
    await writeHolds(engine.pool, now, inOrder(moves), holds, NOBODY_WAITS)
  } catch (error) {
    const state = sqlState(error) ?? ''
    if (!LOOK_AGAIN.has(state)) throw error
    return { outcomes: outcomes.fill(undefined), waited: state === LOCK_TIMEOUT }
  }
  tellMemory(engine, moves)
  return { outcomes, waited: false }
}

/** Nothing but stock and terms decides about it. */
function isSimple(terms: EventTerms, { offerTo, lines, promoCode }: HoldRequest): boolean {
  return (
    !offerTo &&
    promoCode === undefined &&
    lines.every(({ ticketTypeId }) => terms.types.get(ticketTypeId)?.maxPerBuyer === null)
  )
}

/** The order in which everybody locks. */
function inOrder(moves: ReadonlyMap<string, HeldMove>): HeldMove[] {
  const key = ({ eventId, allotmentId }: HeldMove) => eventId + allotmentId
  return [...moves.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1))
}

function tellMemory(engine: HoldEngine, moves: ReadonlyMap<string, HeldMove>): void {
  for (const [eventId, own] of Map.groupBy(moves.values(), (move) => move.eventId)) {
    const allotments = engine.availability.peek(eventId)?.allotments
    engine.availability.saw(
      eventId,
      own.flatMap(({ allotmentId, held }) => {
        const known = allotments?.get(allotmentId)
        return known ? [{ ...known, held: known.held + held }] : []
      }),
    )
  }
}
