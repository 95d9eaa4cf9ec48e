import type { EventStatus } from '../events/event.ts'
import type { FeeTerms } from '../prices/fee.ts'
import type { VatPeriod } from '../prices/vat.ts'
import { codeConcerns, type LinePrice, leastPrice, priceLine } from './price.ts'

export interface TypeTerms {
  id: string
  priceMinor: number
  pricing: 'fixed' | 'chosen'
  suggestedPriceMinor: number | null
  minPerOrder: number
  maxPerOrder: number
  maxPerBuyer: number | null
  salesStartAt: Date | null
  salesEndAt: Date | null
  hidden: boolean
  paused: boolean
  /** Types of which the order must have one; none: sold by itself. */
  addOnTo: readonly string[]
  /** How many one ticket of those types allows. */
  maxPerTicket: number | null
  /** The pools that one ticket of it takes a place from, one each. */
  allotmentIds: readonly string[]
  /** VAT contained in its price. */
  vat: readonly VatPeriod[]
  /** What the buyer pays on top; null: nothing. */
  fee: FeeTerms | null
  /** What fees and percentages are rounded to: the step of its currency. */
  stepMinor: number
}

export interface CodeTerms {
  id: string
  discountPercent: number | null
  discountMinor: number | null
  /** Empty: for all types that are not hidden. */
  ticketTypeIds: readonly string[]
  unlocks: boolean
  /** The pool of its uses; null: without limit. */
  allotmentId: string | null
  startsAt: Date | null
  endsAt: Date | null
  active: boolean
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
  /** Types whose free places belong to their waiting list. */
  awaited: ReadonlySet<string>
  /** Codes by their upper-case form. */
  codes: ReadonlyMap<string, CodeTerms>
  /** What buyers have already, where a limit counts it. */
  bought: readonly Bought[]
}

export interface Bought {
  buyerKeys: readonly string[]
  ticketTypeId: string
  quantity: number
}

export interface Line {
  ticketTypeId: string
  quantity: number
  /** In minor units; only where the buyer may choose. */
  chosenPriceMinor?: number
}

export interface Wish {
  lines: readonly Line[]
  promoCode?: string | undefined
  /** Who buys, by all that we know; any of them in common makes it the same buyer. */
  buyerKeys?: readonly string[] | undefined
  /** From the waiting list: takes its free places, and as many of those wanted as there are. */
  offer?: boolean | undefined
}

export type Facts = Record<string, string | number | boolean | null>

export interface Grant {
  granted: true
  /** As wished; of an offer, as many as there were. */
  lines: readonly Line[]
  /** Of each line. */
  prices: readonly LinePrice[]
  /** Places to take, by allotment. */
  places: ReadonlyMap<string, number>
  code: CodeTerms | undefined
  /** A limit for each buyer counts this order. */
  limited: boolean
}

export interface Refusal {
  granted: false
  code: RefusalCode
  ticketTypeId?: string
  facts: Facts
}

export type Decision = Grant | Refusal

export type RefusalCode =
  | 'not-found'
  | 'event-cancelled'
  | 'sale-closed'
  | 'ticket-type-unknown'
  | 'sale-paused'
  | 'not-on-sale'
  | 'sale-ended'
  | 'limit-exceeded'
  | 'buyer-required'
  | 'buyer-limit-exceeded'
  | 'add-on-alone'
  | 'add-on-limit-exceeded'
  | 'promo-code-invalid'
  | 'promo-code-used-up'
  | 'price-not-chosen'
  | 'price-below-minimum'
  | 'sold-out'

/** How few are left before we say how many. */
export const REMAINING_SHOWN_MAX = 20

/**
 * Who gets places: first come, first served, each wish whole or not at all (an offer: what there is). Pure: it only knows
 * what it is given, and the same values always give the same answer. A refused wish takes nothing from those behind it.
 */
export function decide(view: StockView, wishes: readonly Wish[]): Decision[] {
  const free = new Map(view.free)
  const bought = [...view.bought]
  const present = { ...view, free, bought }
  return wishes.map((wish) => {
    const decision = decideOne(present, wish)
    if (!decision.granted) return decision
    for (const [id, places] of decision.places) free.set(id, (free.get(id) ?? 0) - places)
    if (decision.limited) {
      for (const { ticketTypeId, quantity } of decision.lines) {
        bought.push({ buyerKeys: wish.buyerKeys ?? [], ticketTypeId, quantity })
      }
    }
    return decision
  })
}

function decideOne(view: StockView, wish: Wish): Decision {
  const closed = refuseEvent(view)
  if (closed) return closed
  const code = findCode(view, wish)
  if (code === 'invalid') return refuse('promo-code-invalid')
  const lines = wish.offer ? shrink(view, wish.lines) : wish.lines
  const quantities = sumByType(lines)
  let limited = false
  for (const [ticketTypeId, quantity] of quantities) {
    const type = view.types.get(ticketTypeId)
    const refusal = type ? refuseType(view, wish, type, code, quantities, quantity) : refuse('ticket-type-unknown')
    if (refusal) return { ...refusal, ticketTypeId }
    limited ||= type?.maxPerBuyer != null
  }
  const prices: LinePrice[] = []
  for (const line of lines) {
    const price = priceOf(view, line, code)
    if ('granted' in price) return price
    prices.push(price)
  }
  const places = placesFor(view.types, quantities)
  if (code) {
    const concerned = [...quantities].filter(([id]) => concerns(view, code, id))
    if (concerned.length === 0) return refuse('promo-code-invalid')
    const uses = concerned.reduce((sum, [, quantity]) => sum + quantity, 0)
    if (code.allotmentId) {
      const remaining = Math.max(0, view.free.get(code.allotmentId) ?? 0)
      if (uses > remaining) return refuse('promo-code-used-up', { quantity: uses, remaining })
      places.set(code.allotmentId, uses)
    }
  }
  for (const [allotmentId, wanted] of places) {
    const remaining = view.free.get(allotmentId) ?? 0
    if (wanted > remaining) return soldOut(view.types, quantities, allotmentId, wanted, remaining)
  }
  return { granted: true, lines, prices, places, code, limited }
}

function refuse(code: RefusalCode, facts: Facts = {}): Refusal {
  return { granted: false, code, facts }
}

function refuseEvent({ status, closed }: StockView): Refusal | undefined {
  if (status === 'cancelled') return refuse('event-cancelled')
  if (status !== 'published') return refuse('not-found')
  return closed ? refuse('sale-closed') : undefined
}

/** Unknown, switched off and out of its time are one answer: a code cannot be found by trying. */
function findCode({ codes, now }: StockView, { promoCode }: Wish): CodeTerms | 'invalid' | undefined {
  if (promoCode === undefined) return undefined
  const code = codes.get(promoCode.toUpperCase())
  return code && isValidNow(code, now) ? code : 'invalid'
}

export function isValidNow({ active, startsAt, endsAt }: CodeTerms, now: Date): boolean {
  return active && !(startsAt && now < startsAt) && !(endsAt && now >= endsAt)
}

function concerns(view: StockView, code: CodeTerms, ticketTypeId: string): boolean {
  const type = view.types.get(ticketTypeId)
  return type !== undefined && codeConcerns(code, type)
}

function refuseType(
  view: StockView,
  wish: Wish,
  type: TypeTerms,
  code: CodeTerms | undefined,
  quantities: ReadonlyMap<string, number>,
  quantity: number,
): Refusal | undefined {
  const { minPerOrder, maxPerOrder, maxPerBuyer, salesStartAt } = type
  const salesEndAt = type.salesEndAt ?? view.endsAt
  if (type.hidden && !wish.offer && !(code?.unlocks && codeConcerns(code, type))) return refuse('ticket-type-unknown')
  if (salesStartAt && view.now < salesStartAt)
    return refuse('not-on-sale', { salesStartAt: salesStartAt.toISOString() })
  if (view.now >= salesEndAt) return refuse('sale-ended', { salesEndAt: salesEndAt.toISOString() })
  if (type.paused) return refuse('sale-paused')
  if (!wish.offer && view.awaited.has(type.id)) return refuse('sold-out', { quantity, remaining: 0, waitingList: true })
  if (quantity < minPerOrder || quantity > maxPerOrder) {
    return refuse('limit-exceeded', { minPerOrder, maxPerOrder, quantity })
  }
  if (maxPerBuyer !== null) {
    if (!wish.buyerKeys?.length) return refuse('buyer-required')
    const already = boughtBy(view.bought, wish.buyerKeys, type.id)
    if (already + quantity > maxPerBuyer) return refuse('buyer-limit-exceeded', { maxPerBuyer, already, quantity })
  }
  return refuseAddOn(type, quantities, quantity)
}

function boughtBy(bought: readonly Bought[], buyerKeys: readonly string[], ticketTypeId: string): number {
  return bought
    .filter((one) => one.ticketTypeId === ticketTypeId && one.buyerKeys.some((key) => buyerKeys.includes(key)))
    .reduce((sum, one) => sum + one.quantity, 0)
}

function refuseAddOn(type: TypeTerms, quantities: ReadonlyMap<string, number>, quantity: number): Refusal | undefined {
  if (type.addOnTo.length === 0) return undefined
  const tickets = type.addOnTo.reduce((sum, id) => sum + (quantities.get(id) ?? 0), 0)
  if (tickets === 0) return refuse('add-on-alone')
  const allowed = type.maxPerTicket === null ? quantity : tickets * type.maxPerTicket
  return quantity > allowed ? refuse('add-on-limit-exceeded', { allowed, quantity }) : undefined
}

function priceOf(view: StockView, line: Line, code: CodeTerms | undefined): LinePrice | Refusal {
  const type = view.types.get(line.ticketTypeId)
  if (!type) throw new Error('The line was looked at before')
  const { ticketTypeId } = line
  if (type.pricing === 'fixed' && line.chosenPriceMinor !== undefined) {
    return { ...refuse('price-not-chosen', { priceMinor: type.priceMinor }), ticketTypeId }
  }
  const price = priceLine(type, line, code, view.now)
  return price ?? { ...refuse('price-below-minimum', { priceMinor: leastPrice(type, code) }), ticketTypeId }
}

/** An offer's one line, cut to the places that are free. */
function shrink({ types, free }: StockView, lines: readonly Line[]): Line[] {
  return lines.map((line) => {
    const pools = types.get(line.ticketTypeId)?.allotmentIds ?? []
    const most = Math.min(...pools.map((id) => free.get(id) ?? 0))
    return { ...line, quantity: Math.max(1, Math.min(line.quantity, most)) }
  })
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
): Refusal {
  const ticketTypeId = [...quantities.keys()].find((id) => types.get(id)?.allotmentIds.includes(allotmentId))
  const shown = Math.min(Math.max(remaining, 0), REMAINING_SHOWN_MAX)
  return {
    ...refuse('sold-out', { quantity, remaining: shown }),
    ...(ticketTypeId === undefined ? {} : { ticketTypeId }),
  }
}
