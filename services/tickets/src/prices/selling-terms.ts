import { sql } from '@guichet/database'
import { COLUMNS, type EventRow, type TicketsDb, type TicketsTx } from '../db.ts'
import { dayStart } from './day-start.ts'
import type { FeeTerms } from './fee.ts'
import type { VatPeriod } from './vat.ts'

/** What an organizer adds to, and finds in, the prices of an event. */
export interface SellingTerms {
  /** Null: the organizer bears it, or there is none. */
  feeIn(currency: string): FeeTerms | null
  vatOf(vatRateId: string | null): readonly VatPeriod[]
}

/** The fees and VAT of these events, by event. A day begins in the time zone of the event. */
export async function loadSellingTerms(
  db: TicketsDb | TicketsTx,
  events: readonly Pick<EventRow, 'event_id' | 'organizer_id' | 'time_zone'>[],
): Promise<Map<string, SellingTerms>> {
  if (events.length === 0) return new Map()
  const organizers = [...new Set(events.map((event) => event.organizer_id))]
  const periods = await db
    .selectFrom('vat_rate_period')
    .select(['vat_rate_id', 'bp', sql<string>`starts_on::text`.as('starts_on')])
    .where('organizer_id', 'in', organizers)
    .orderBy('starts_on')
    .execute()
  const policies = await db
    .selectFrom('fee_policy')
    .select(COLUMNS.fee_policy)
    .where('organizer_id', 'in', organizers)
    .where('paid_by', '=', 'buyer')
    .execute()
  const periodsOf = Map.groupBy(periods, (period) => period.vat_rate_id)
  return new Map(
    events.map(({ event_id, organizer_id, time_zone }) => {
      const vatOf = (id: string | null) =>
        (periodsOf.get(id ?? '') ?? []).map(({ bp, starts_on }) => ({ fromMs: dayStart(starts_on, time_zone), bp }))
      const fees = new Map(
        policies
          .filter((policy) => policy.organizer_id === organizer_id)
          .map(({ currency, percent_bp, fixed_minor, vat_rate_id }) => [
            currency,
            { percentBp: percent_bp, fixedMinor: fixed_minor, vat: vatOf(vat_rate_id) },
          ]),
      )
      return [event_id, { vatOf, feeIn: (currency) => fees.get(currency) ?? null }]
    }),
  )
}
