import type { EventStatus } from '../events/event.ts'

export interface TypeTerms {
  id: string
  minPerOrder: number
  maxPerOrder: number
  salesStartAt: Date | null
  salesEndAt: Date | null
  /** The pools that one ticket of it takes a place from, one each. */
  allotmentIds: readonly string[]
}

/** An event as it stands under the lock of its allotments. */
export interface StockView {
  now: Date
  status: EventStatus
  closed: boolean
  endsAt: Date
  types: ReadonlyMap<string, TypeTerms>
  /** Free places by allotment. */
  free: ReadonlyMap<string, number>
}

export interface Line {
  ticketTypeId: string
  quantity: number
}

export type Facts = Record<string, string | number | null>

export type Decision =
  | { granted: true /** Places to take, by allotment. */; places: ReadonlyMap<string, number> }
  | { granted: false; code: RefusalCode; ticketTypeId?: string; facts: Facts }

export type RefusalCode =
  | 'not-found'
  | 'event-cancelled'
  | 'sale-closed'
  | 'ticket-type-unknown'
  | 'limit-exceeded'
  | 'not-on-sale'
  | 'sale-ended'
  | 'sold-out'

/** How few are left before we say how many. */
export const REMAINING_SHOWN_MAX = 20

/**
 * Who gets places: first come, first served, each request whole or not at all. Pure: it only knows what it is given, and
 * the same values always give the same answer. A refused request takes nothing from those behind it.
 */
export function decide(view: StockView, requests: readonly (readonly Line[])[]): Decision[] {
  const free = new Map(view.free)
  return requests.map((lines) => {
    const decision = decideOne(view, free, lines)
    if (decision.granted) for (const [id, places] of decision.places) free.set(id, (free.get(id) ?? 0) - places)
    return decision
  })
}

function decideOne(view: StockView, free: ReadonlyMap<string, number>, lines: readonly Line[]): Decision {
  const refused = refuseEvent(view)
  if (refused) return refused
  const quantities = sumByType(lines)
  for (const [ticketTypeId, quantity] of quantities) {
    const type = view.types.get(ticketTypeId)
    const refusal = type
      ? refuseType(view, type, quantity)
      : { granted: false as const, code: 'ticket-type-unknown' as const, facts: {} }
    if (refusal) return { ...refusal, ticketTypeId }
  }
  const places = placesFor(view.types, quantities)
  for (const [allotmentId, wanted] of places) {
    const remaining = free.get(allotmentId) ?? 0
    if (wanted > remaining) return soldOut(view.types, quantities, allotmentId, wanted, remaining)
  }
  return { granted: true, places }
}

function refuseEvent({ status, closed }: StockView): (Decision & { granted: false }) | undefined {
  if (status === 'cancelled') return { granted: false, code: 'event-cancelled', facts: {} }
  if (status !== 'published') return { granted: false, code: 'not-found', facts: {} }
  if (closed) return { granted: false, code: 'sale-closed', facts: {} }
  return undefined
}

function refuseType(view: StockView, type: TypeTerms, quantity: number): (Decision & { granted: false }) | undefined {
  const { minPerOrder, maxPerOrder, salesStartAt } = type
  const salesEndAt = type.salesEndAt ?? view.endsAt
  if (salesStartAt && view.now < salesStartAt) {
    return { granted: false, code: 'not-on-sale', facts: { salesStartAt: salesStartAt.toISOString() } }
  }
  if (view.now >= salesEndAt) {
    return { granted: false, code: 'sale-ended', facts: { salesEndAt: salesEndAt.toISOString() } }
  }
  if (quantity < minPerOrder || quantity > maxPerOrder) {
    return { granted: false, code: 'limit-exceeded', facts: { minPerOrder, maxPerOrder, quantity } }
  }
  return undefined
}

/** The limits are per order, so the same type on several lines counts together. */
export function sumByType(lines: readonly Line[]): Map<string, number> {
  const quantities = new Map<string, number>()
  for (const { ticketTypeId, quantity } of lines) {
    quantities.set(ticketTypeId, (quantities.get(ticketTypeId) ?? 0) + quantity)
  }
  return quantities
}

/** The places that these quantities take from each allotment. */
export function placesFor(
  types: ReadonlyMap<string, Pick<TypeTerms, 'allotmentIds'>>,
  quantities: ReadonlyMap<string, number>,
): Map<string, number> {
  const places = new Map<string, number>()
  for (const [ticketTypeId, quantity] of quantities) {
    for (const id of types.get(ticketTypeId)?.allotmentIds ?? []) places.set(id, (places.get(id) ?? 0) + quantity)
  }
  return places
}

function soldOut(
  types: StockView['types'],
  quantities: ReadonlyMap<string, number>,
  allotmentId: string,
  quantity: number,
  remaining: number,
): Decision {
  const ticketTypeId = [...quantities.keys()].find((id) => types.get(id)?.allotmentIds.includes(allotmentId))
  const shown = Math.min(Math.max(remaining, 0), REMAINING_SHOWN_MAX)
  return {
    granted: false,
    code: 'sold-out',
    ...(ticketTypeId === undefined ? {} : { ticketTypeId }),
    facts: { quantity, remaining: shown },
  }
}
