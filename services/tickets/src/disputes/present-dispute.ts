import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { DisputeRow } from '../db.ts'

export const DisputeStateSchema = Type.Union([Type.Literal('open'), Type.Literal('won'), Type.Literal('lost')])

const instant = Type.String({ format: 'date-time' })

export const DisputeAnswer = Type.Object({
  id: Type.String(),
  eventId: Type.String(),
  orderId: Type.String(),
  paymentId: Type.String(),
  provider: Type.String(),
  reference: Type.String({ description: 'The provider’s id.' }),
  state: DisputeStateSchema,
  amountMinor: Type.Integer(),
  currency: Type.String(),
  reason: Type.String({ description: 'In the provider’s words.' }),
  respondBy: Type.Union([instant, Type.Null()], { description: 'Until when one may answer it, with the provider.' }),
  openedAt: instant,
  closedAt: Type.Union([instant, Type.Null()]),
})

export function presentDispute(row: DisputeRow): Static<typeof DisputeAnswer> {
  return {
    id: toId('dsp', row.id),
    eventId: toId('evt', row.event_id),
    orderId: toId('ord', row.order_id),
    paymentId: toId('pay', row.payment_id),
    provider: row.provider,
    reference: row.provider_reference,
    state: row.state,
    amountMinor: row.amount_minor,
    currency: row.currency,
    reason: row.reason,
    respondBy: row.respond_by?.toISOString() ?? null,
    openedAt: row.opened_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
  }
}
