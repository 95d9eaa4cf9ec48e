import { COLUMNS, type EventRow, type TicketsTx } from '../db.ts'
import type { Texts } from '../events/texts.ts'
import { type LockedAllotment, lockAllotmentsOfTypes, type Move, moveStock } from './allotments.ts'
import { type Decision, decide, type Line, type StockView, type TypeTerms } from './decide.ts'

/** A wish for places. Ids are UUIDs, made by the caller. */
export interface HoldRequest {
  eventId: string
  orderId: string
  lines: readonly Line[]
}

export interface HeldLine extends Line {
  name: Texts
  unitPriceMinor: number
}

export type HoldOutcome =
  | { granted: true; event: EventRow; currency: string; lines: HeldLine[]; at: Date }
  | Extract<Decision, { granted: false }>

interface Terms extends TypeTerms {
  name: Texts
  priceMinor: number
  currency: string
}

interface EventStock extends StockView {
  event: EventRow
  terms: ReadonlyMap<string, Terms>
}

/**
 * Decides which requests get their places and takes these, in one transaction: lock, decide, write. The caller writes the
 * granted orders in the same transaction. One entry for any number of requests, so that they can be batched.
 */
export async function placeHolds(
  tx: TicketsTx,
  time: (tx: TicketsTx) => Promise<Date>,
  requests: readonly HoldRequest[],
): Promise<HoldOutcome[]> {
  const wanted = requests.flatMap(({ eventId, lines }) => lines.map(({ ticketTypeId }) => ({ eventId, ticketTypeId })))
  const locked = await lockAllotmentsOfTypes(tx, wanted)
  const stocks = await readStocks(tx, await time(tx), [...new Set(requests.map(({ eventId }) => eventId))], locked)
  const outcomes: HoldOutcome[] = []
  const moves: Move[] = []
  for (const [eventId, group] of groupByEvent(requests)) {
    const stock = stocks.get(eventId)
    const decisions = stock
      ? decide(
          stock,
          group.map(({ request }) => ({ lines: request.lines })),
        )
      : []
    for (const [position, { request, index }] of group.entries()) {
      const decision = decisions[position] ?? { granted: false as const, code: 'not-found' as const, facts: {} }
      outcomes[index] = stock && decision.granted ? toHeld(stock, request) : (decision as HoldOutcome)
      if (decision.granted) {
        for (const [allotmentId, places] of decision.places) moves.push({ eventId, allotmentId, held: places, sold: 0 })
      }
    }
  }
  await moveStock(tx, sumMoves(moves))
  return outcomes
}

function groupByEvent(requests: readonly HoldRequest[]): Map<string, { request: HoldRequest; index: number }[]> {
  return Map.groupBy(
    requests.map((request, index) => ({ request, index })),
    ({ request }) => request.eventId,
  )
}

/** Several orders of one allotment become one change of its row. */
export function sumMoves(moves: readonly Move[]): Move[] {
  const sums = new Map<string, Move>()
  for (const move of moves) {
    const key = `${move.eventId} ${move.allotmentId}`
    const sum = sums.get(key)
    sums.set(key, sum ? { ...sum, held: sum.held + move.held, sold: sum.sold + move.sold } : move)
  }
  return [...sums.values()]
}

/** The events and their types as they stand now that the allotments are locked. */
async function readStocks(
  tx: TicketsTx,
  now: Date,
  eventIds: string[],
  locked: readonly LockedAllotment[],
): Promise<Map<string, EventStock>> {
  const events = await tx.selectFrom('event').select(COLUMNS.event).where('event_id', 'in', eventIds).execute()
  const types = await tx
    .selectFrom('ticket_type as type')
    .innerJoin('ticket_type_allotment as draw', (join) =>
      join.onRef('draw.event_id', '=', 'type.event_id').onRef('draw.ticket_type_id', '=', 'type.id'),
    )
    .select([
      'type.event_id',
      'type.id',
      'type.name',
      'type.price_minor',
      'type.currency',
      'type.min_per_order',
      'type.max_per_order',
      'type.sales_start_at',
      'type.sales_end_at',
      'type.hidden',
      'type.paused',
      'type.max_per_buyer',
      'type.pricing',
      'type.suggested_price_minor',
      'type.add_on_to',
      'type.max_per_ticket',
      'draw.allotment_id',
    ])
    .where('type.event_id', 'in', eventIds)
    .execute()
  const typesByEvent = Map.groupBy(types, (type) => type.event_id)
  const lockedByEvent = Map.groupBy(locked, (allotment) => allotment.event_id)
  return new Map(
    events.map((event) => {
      const terms = new Map<string, Terms>()
      for (const [id, draws] of Map.groupBy(typesByEvent.get(event.event_id) ?? [], (type) => type.id)) {
        const type = draws[0]
        if (type) terms.set(id, { ...toTerms(type), allotmentIds: draws.map((draw) => draw.allotment_id) })
      }
      const allotments = lockedByEvent.get(event.event_id) ?? []
      return [
        event.event_id,
        {
          now,
          event,
          status: event.status,
          closed: event.closed_at !== null,
          endsAt: event.ends_at,
          types: terms,
          terms,
          awaited: new Set<string>(),
          codes: new Map(),
          bought: [],
          free: new Map(allotments.map(({ id, capacity, held, sold }) => [id, capacity - held - sold])),
        },
      ]
    }),
  )
}

function toTerms(row: {
  id: string
  name: Texts
  price_minor: number
  currency: string
  min_per_order: number
  max_per_order: number
  sales_start_at: Date | null
  sales_end_at: Date | null
  hidden: boolean
  paused: boolean
  max_per_buyer: number | null
  pricing: 'fixed' | 'chosen'
  suggested_price_minor: number | null
  add_on_to: string[]
  max_per_ticket: number | null
}): Omit<Terms, 'allotmentIds'> {
  return {
    id: row.id,
    name: row.name,
    priceMinor: row.price_minor,
    currency: row.currency,
    minPerOrder: row.min_per_order,
    maxPerOrder: row.max_per_order,
    salesStartAt: row.sales_start_at,
    salesEndAt: row.sales_end_at,
    hidden: row.hidden,
    paused: row.paused,
    maxPerBuyer: row.max_per_buyer,
    pricing: row.pricing,
    suggestedPriceMinor: row.suggested_price_minor,
    addOnTo: row.add_on_to,
    maxPerTicket: row.max_per_ticket,
  }
}

function toHeld({ terms, event, now }: EventStock, request: HoldRequest): HoldOutcome {
  let currency = ''
  const lines = request.lines.map((line) => {
    const type = terms.get(line.ticketTypeId)
    if (!type) throw new Error('A line was granted for a type that is not there')
    currency = type.currency
    return { ...line, name: type.name, unitPriceMinor: type.priceMinor }
  })
  return { granted: true, event, currency, lines, at: now }
}
