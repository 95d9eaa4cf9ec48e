import type { OrderLineRow, OrderRow } from '../db.ts'
import { totalMinor } from '../money/currency.ts'
import type { LockedAllotment } from './allotments.ts'
import type { EventTerms } from './catalogue.ts'
import { type Bought, type Decision, decide, type Grant, type StockView } from './decide.ts'
import type { HoldRequest, PlacedOrder } from './hold-orders.ts'
import { buyersOf } from './limited-reads.ts'
import type { HeldMove } from './write-holds.ts'

/** What a decision must know of an allotment. */
type Counted = Pick<LockedAllotment, 'id' | 'ticket_type_id' | 'capacity' | 'held' | 'sold' | 'waiting'>

export function decideAll(
  terms: EventTerms,
  now: Date,
  allotments: readonly Counted[],
  bought: readonly Bought[],
  requests: readonly HoldRequest[],
): Decision[] {
  return decide(
    viewOf(terms, now, allotments, bought),
    requests.map((request) => ({
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
  allotments: readonly Counted[],
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

export function toPlaced({ event, types }: EventTerms, request: HoldRequest, grant: Grant, now: Date): PlacedOrder {
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
      unit_fee_minor: price.unitFeeMinor,
      vat_bp: price.vatBp,
      fee_vat_bp: price.feeVatBp,
      void_quantity: 0,
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
    total_minor: totalMinor(
      lines.map((line) => ({ quantity: line.quantity, unitPriceMinor: line.unit_price_minor + line.unit_fee_minor })),
    ),
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
    refunded_minor: 0,
    buyer_phone: null,
    consents: null,
    secret_version: 0,
  }
  return { order, lines, event }
}

/** Several orders of one allotment become one change of its row. */
export function addMoves(moves: Map<string, HeldMove>, { event, version }: EventTerms, { places }: Grant): void {
  for (const [allotmentId, held] of places) {
    const move = moves.get(allotmentId)
    if (move) move.held += held
    else moves.set(allotmentId, { eventId: event.event_id, allotmentId, held, version })
  }
}
