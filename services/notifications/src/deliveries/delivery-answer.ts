import type { Language } from '@guichet/problem'
import { hasPermission, toId } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  CHANNELS,
  type Channel,
  KINDS,
  type Kind,
  SKIP_REASONS,
  type SkipReason,
  STATES,
  type State,
} from '../kinds.ts'
import { mask } from '../mail/address.ts'

export const DELIVERY_COLUMNS = [
  'id',
  'kind',
  'channel',
  'order_id',
  'event_id',
  'organizer_id',
  'recipient_address',
  'language',
  'state',
  'attempts',
  'next_attempt_at',
  'sent_at',
  'last_error',
  'created_at',
  'skip_reason',
  'provider',
  'provider_reply',
  'delivered_at',
  'bounced_at',
  'segments',
  'resend_of',
] as const

export interface DeliveryRow {
  id: string
  kind: Kind
  channel: Channel
  order_id: string | null
  event_id: string | null
  organizer_id: string | null
  recipient_address: string | null
  language: Language | null
  state: State
  attempts: number
  next_attempt_at: Date
  sent_at: Date | null
  last_error: string | null
  created_at: Date
  skip_reason: SkipReason | null
  provider: string | null
  provider_reply: string | null
  delivered_at: Date | null
  bounced_at: Date | null
  segments: number | null
  resend_of: string | null
}

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const instant = Type.String({ format: 'date-time' })

/** One message to one recipient, as the API shows it. */
export const Delivery = Type.Object({
  id: Type.String(),
  kind: Type.Enum([...KINDS]),
  channel: Type.Enum([...CHANNELS]),
  orderId: nullable(Type.String()),
  eventId: nullable(Type.String()),
  organizerId: nullable(Type.String()),
  /** Null before the first try, and after the erasure of its owner. */
  recipient: nullable(Type.String()),
  language: nullable(Type.Enum(['en', 'fr'])),
  state: Type.Enum([...STATES]),
  attempts: Type.Integer(),
  /** Null when there will be none. */
  nextAttemptAt: nullable(instant),
  sentAt: nullable(instant),
  deliveredAt: nullable(instant),
  bouncedAt: nullable(instant),
  /** Why it was not to be sent. */
  skipReason: nullable(Type.Enum([...SKIP_REASONS])),
  lastError: nullable(Type.String()),
  provider: nullable(Type.String()),
  /** The provider's last words, addresses masked. */
  providerReply: nullable(Type.String()),
  /** Parts of an SMS. */
  segments: nullable(Type.Integer()),
  /** The message that somebody asked to be sent once more. */
  resendOf: nullable(Type.String()),
  createdAt: instant,
})

/** The answer for one reader: the recipient whole for whoever answers buyers, else masked. */
export function deliveryAnswer(row: DeliveryRow, request: FastifyRequest) {
  const { access } = request.server
  const organizerId = row.organizer_id && toId('org', row.organizer_id)
  const whole = hasPermission(access, request.principal, 'delivery.read-recipient', organizerId ?? '')
  const recipient = row.recipient_address
  return {
    id: toId('dlv', row.id),
    kind: row.kind,
    channel: row.channel,
    orderId: row.order_id && toId('ord', row.order_id),
    eventId: row.event_id && toId('evt', row.event_id),
    organizerId,
    recipient: recipient === null || whole ? recipient : mask(recipient),
    language: row.language,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.state === 'pending' || row.state === 'retrying' ? row.next_attempt_at.toISOString() : null,
    sentAt: row.sent_at?.toISOString() ?? null,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    bouncedAt: row.bounced_at?.toISOString() ?? null,
    skipReason: row.skip_reason,
    lastError: row.last_error,
    provider: row.provider,
    providerReply: row.provider_reply,
    segments: row.segments,
    resendOf: row.resend_of && toId('dlv', row.resend_of),
    createdAt: row.created_at.toISOString(),
  }
}
