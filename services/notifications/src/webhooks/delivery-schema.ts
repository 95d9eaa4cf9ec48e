import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { WEBHOOK_OUTCOMES, WEBHOOK_STATES, type WebhookOutcome, type WebhookState } from './tables.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })
const OutcomeSchema = Type.Enum([...WEBHOOK_OUTCOMES])

const summary = {
  id: Type.String(),
  endpointId: Type.String(),
  eventId: Type.String({ description: 'The webhook-id.' }),
  type: Type.String(),
  test: Type.Boolean(),
  state: Type.Enum([...WEBHOOK_STATES]),
  attempts: Type.Integer(),
  lastOutcome: nullable(OutcomeSchema),
  lastStatus: nullable(Type.Integer()),
  nextAttemptAt: nullable(instant),
  deliveredAt: nullable(instant),
  createdAt: instant,
}
export const WebhookDeliveryAnswer = Type.Object(summary)

/** One delivery with its requests. What a receiver's answer said is not kept, hence not shown. */
export const WebhookDeliveryDetail = Type.Object({
  ...summary,
  body: Type.String({ description: 'What is posted, as it is signed.' }),
  log: Type.Array(
    Type.Object({
      number: Type.Integer(),
      at: instant,
      durationMs: Type.Integer(),
      outcome: OutcomeSchema,
      status: nullable(Type.Integer()),
      headers: Type.Record(Type.String(), Type.String()),
    }),
  ),
})

export interface WebhookDeliveryRow {
  id: string
  endpoint_id: string
  event_id: string
  type: string
  test: boolean
  state: WebhookState
  attempts: number
  last_outcome: WebhookOutcome | null
  last_status: number | null
  next_attempt_at: Date
  delivered_at: Date | null
  created_at: Date
}

export const WEBHOOK_DELIVERY_COLUMNS = [
  'webhook_delivery.id',
  'webhook_delivery.endpoint_id',
  'webhook_delivery.event_id',
  'public_event.type',
  'public_event.test',
  'webhook_delivery.state',
  'webhook_delivery.attempts',
  'webhook_delivery.last_outcome',
  'webhook_delivery.last_status',
  'webhook_delivery.next_attempt_at',
  'webhook_delivery.delivered_at',
  'webhook_delivery.created_at',
] as const

export function presentWebhookDelivery(row: WebhookDeliveryRow): Static<typeof WebhookDeliveryAnswer> {
  const waits = row.state === 'pending' || row.state === 'retrying'
  return {
    id: toId('whd', row.id),
    endpointId: toId('whk', row.endpoint_id),
    eventId: toId('msg', row.event_id),
    type: row.type,
    test: row.test,
    state: row.state,
    attempts: row.attempts,
    lastOutcome: row.last_outcome,
    lastStatus: row.last_status,
    nextAttemptAt: waits ? row.next_attempt_at.toISOString() : null,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}
