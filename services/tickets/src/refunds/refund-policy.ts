import { DomainError } from '@guichet/problem'
import { Type } from 'typebox'
import type { EventRow, RefundPolicyRow, TicketsDb, TicketsTx } from '../db.ts'

/** Until when buyers may give tickets back themselves, and what is kept. */
export interface RefundPolicy {
  enabled: boolean
  untilDays: number
  keptBp: number
  version: number
  /** The event has none of its own. */
  inherited: boolean
}

export const RefundPolicyBody = Type.Object({
  enabled: Type.Boolean(),
  untilDays: Type.Integer({ minimum: 0, maximum: 365, description: 'Days of 24 hours before the event starts.' }),
  keptBp: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Kept, in hundredths of a percent of the price.' }),
})

export const RefundPolicyAnswer = Type.Object({
  enabled: Type.Boolean(),
  untilDays: Type.Integer(),
  keptBp: Type.Integer(),
  version: Type.Integer(),
})

export const EventRefundPolicyAnswer = Type.Object({
  ...RefundPolicyAnswer.properties,
  inherited: Type.Boolean({ description: 'The organizer’s: the event has none of its own.' }),
  until: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'Until when tickets of this event are taken back; null where they are not.',
  }),
})

const NONE = { enabled: false, untilDays: 0, keptBp: 0, version: 0 }

/** The organizer's own, for events without one; nothing is taken back where neither has one. */
export async function policyOfOrganizer(db: TicketsDb | TicketsTx, organizerUuid: string) {
  const row = await db
    .selectFrom('refund_policy')
    .select(['enabled', 'until_days', 'kept_bp', 'version'])
    .where('organizer_id', '=', organizerUuid)
    .where('event_id', 'is', null)
    .executeTakeFirst()
  return row ? presentPolicy(row) : NONE
}

/** The one that holds for an event. */
export async function policyOfEvent(
  db: TicketsDb | TicketsTx,
  event: Pick<EventRow, 'organizer_id' | 'event_id'>,
): Promise<RefundPolicy> {
  const own = await db
    .selectFrom('refund_policy')
    .select(['enabled', 'until_days', 'kept_bp', 'version'])
    .where('organizer_id', '=', event.organizer_id)
    .where('event_id', '=', event.event_id)
    .executeTakeFirst()
  if (own) return { ...presentPolicy(own), inherited: false }
  return { ...(await policyOfOrganizer(db, event.organizer_id)), version: 0, inherited: true }
}

export function presentPolicy(row: Pick<RefundPolicyRow, 'enabled' | 'until_days' | 'kept_bp' | 'version'>) {
  return { enabled: row.enabled, untilDays: row.until_days, keptBp: row.kept_bp, version: row.version }
}

/** The instant from which nothing is taken back any more. */
export function deadlineOf(policy: Pick<RefundPolicy, 'untilDays'>, event: Pick<EventRow, 'starts_at'>): Date {
  return new Date(event.starts_at.getTime() - policy.untilDays * 86_400_000)
}

/** @throws DomainError `refund-not-offered`, `refund-too-late` */
export function assertOffered(policy: RefundPolicy, event: Pick<EventRow, 'starts_at'>, now: Date): void {
  if (!policy.enabled) throw new DomainError('refund-not-offered')
  const until = deadlineOf(policy, event)
  if (now >= until) throw new DomainError('refund-too-late', { until: until.toISOString() })
}
