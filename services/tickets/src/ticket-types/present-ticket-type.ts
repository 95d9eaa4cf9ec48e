import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import { COLUMNS, type EventRow, type TicketsDb, type TicketsTx, type TicketTypeRow } from '../db.ts'
import { stepOf } from '../money/currency.ts'
import { type FeeTerms, feeOf } from '../prices/fee.ts'
import { loadSellingTerms } from '../prices/selling-terms.ts'
import { rateAt, type VatPeriod } from '../prices/vat.ts'
import { type CodeTerms, REMAINING_SHOWN_MAX } from '../stock/decide.ts'
import { codeConcerns, discounted } from '../stock/price.ts'
import type { TicketTypeAnswer } from './ticket-type-schema.ts'

export interface TypeStock extends TicketTypeRow {
  capacity: number
  held: number
  sold: number
  /** Entries of its waiting list that had no offer yet: while there are any, free places are theirs. */
  waiting: number
  /** Free places: the fewest of all pools that the type draws on. */
  free: number
  vat: readonly VatPeriod[]
  fee: FeeTerms | null
}

/** An event's types with the counters of their own pools, in the order in which they were made. */
export async function typesOfEvent(
  db: TicketsDb | TicketsTx,
  event: Pick<EventRow, 'event_id' | 'organizer_id' | 'time_zone'>,
): Promise<TypeStock[]> {
  const eventUuid = event.event_id
  const types = await db
    .selectFrom('ticket_type')
    .select(COLUMNS.ticket_type)
    .where('event_id', '=', eventUuid)
    .orderBy('id')
    .execute()
  const pools = await db
    .selectFrom('ticket_type_allotment as draw')
    .innerJoin('allotment as pool', (join) =>
      join.onRef('pool.event_id', '=', 'draw.event_id').onRef('pool.id', '=', 'draw.allotment_id'),
    )
    .select([
      'draw.ticket_type_id as type_id',
      'pool.ticket_type_id as owner_id',
      'pool.capacity',
      'pool.held',
      'pool.sold',
      'pool.waiting',
    ])
    .where('draw.event_id', '=', eventUuid)
    .execute()
  const selling = (await loadSellingTerms(db, [event])).get(event.event_id)
  const poolsOf = Map.groupBy(pools, (pool) => pool.type_id)
  return types.map((type) => {
    const drawn = poolsOf.get(type.id) ?? []
    const own = drawn.find((pool) => pool.owner_id === type.id)
    return {
      ...type,
      capacity: own?.capacity ?? 0,
      held: own?.held ?? 0,
      sold: own?.sold ?? 0,
      waiting: own?.waiting ?? 0,
      free: Math.min(...drawn.map((pool) => pool.capacity - pool.held - pool.sold)),
      vat: selling?.vatOf(type.vat_rate_id) ?? [],
      fee: selling?.feeIn(type.currency) ?? null,
    }
  })
}

/** A type as the public sees it, or a member; with a code that was found to be valid, also at the code's price. */
export function presentTicketType(
  type: TypeStock,
  event: Pick<EventRow, 'status' | 'closed_at' | 'ends_at'>,
  now: Date,
  member: boolean,
  code?: CodeTerms,
): Static<typeof TicketTypeAnswer> {
  const availability = availabilityOf(type, event, now)
  const stepMinor = stepOf(type.currency)
  const codePriceMinor = priceWithCode(type, code)
  const feeMinor = feeOf(type.price_minor, type.fee, stepMinor)
  const few = availability === 'on-sale' && type.free <= REMAINING_SHOWN_MAX
  return {
    id: toId('typ', type.id),
    name: type.name,
    description: type.description,
    priceMinor: type.price_minor,
    currency: type.currency,
    minPerOrder: type.min_per_order,
    maxPerOrder: type.max_per_order,
    salesStartAt: type.sales_start_at?.toISOString() ?? null,
    salesEndAt: type.sales_end_at?.toISOString() ?? null,
    availability,
    remaining: few ? type.free : null,
    pricing: type.pricing,
    suggestedPriceMinor: type.suggested_price_minor,
    maxPerBuyer: type.max_per_buyer,
    addOnTo: type.add_on_to.map((id) => toId('typ', id)),
    maxPerTicket: type.max_per_ticket,
    codePriceMinor,
    feeMinor,
    allInPriceMinor: type.price_minor + feeMinor,
    codeAllInPriceMinor: codePriceMinor === null ? null : codePriceMinor + feeOf(codePriceMinor, type.fee, stepMinor),
    vatBp: rateAt(type.vat, now.getTime()),
    waitingList: availability === 'sold-out' && type.add_on_to.length === 0 && !type.hidden,
    ...(member ? forMembers(type) : {}),
  }
}

function forMembers({ capacity, held, sold, waiting, hidden, paused, vat_rate_id, version }: TypeStock) {
  const vatRateId = vat_rate_id && toId('vat', vat_rate_id)
  return { capacity, held, sold, waiting, hidden, paused, vatRateId, version }
}

function priceWithCode(type: TypeStock, code: CodeTerms | undefined): number | null {
  if (!code || !codeConcerns(code, type)) return null
  const price = discounted(type.price_minor, code, stepOf(type.currency))
  return price < type.price_minor ? price : null
}

function availabilityOf(
  type: TypeStock,
  event: Pick<EventRow, 'status' | 'closed_at' | 'ends_at'>,
  now: Date,
): Static<typeof TicketTypeAnswer>['availability'] {
  if (event.status === 'cancelled' || event.closed_at || now >= (type.sales_end_at ?? event.ends_at)) return 'ended'
  if (type.sales_start_at && now < type.sales_start_at) return 'not-yet-open'
  if (type.paused) return 'paused'
  return type.waiting > 0 || type.free < type.min_per_order ? 'sold-out' : 'on-sale'
}
