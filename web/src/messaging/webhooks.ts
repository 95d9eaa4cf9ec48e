/** What `notifications` answers about the public event stream (contracts/http/notifications.yaml). */

export const WEBHOOK_TYPES = [
  'order.confirmed',
  'order.refunded',
  'order.partially_refunded',
  'payment.refunded',
  'ticket.checked_in',
  'event.published',
  'event.updated',
  'event.rescheduled',
  'event.cancelled',
  'event.deleted',
  'waiting_list.joined',
  'waiting_list.offered',
  'message.failed',
] as const
export type WebhookType = (typeof WEBHOOK_TYPES)[number]

export interface WebhookEndpoint {
  id: string
  organizerId: string
  url: string
  description: string
  /** null: all, also those to come. */
  types: string[] | null
  enabled: boolean
  disabledReason: 'by-hand' | 'gone' | 'failing' | null
  disabledAt: string | null
  failingSince: string | null
  createdAt: string
  version: number
}

export const WEBHOOK_STATES = ['pending', 'sending', 'retrying', 'delivered', 'failed'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]

export type WebhookOutcome =
  | 'delivered'
  | 'refused'
  | 'redirected'
  | 'gone'
  | 'timed-out'
  | 'unreachable'
  | 'not-public'
  | 'endpoint-off'

export interface WebhookDelivery {
  id: string
  endpointId: string
  eventId: string
  type: string
  test: boolean
  state: WebhookState
  attempts: number
  lastOutcome: WebhookOutcome | null
  lastStatus: number | null
  nextAttemptAt: string | null
  deliveredAt: string | null
  createdAt: string
}

export interface WebhookDetail extends WebhookDelivery {
  body: string
  log: {
    number: number
    at: string
    durationMs: number
    outcome: WebhookOutcome
    status: number | null
    headers: Record<string, string>
  }[]
}

export interface WebhookSecret {
  secret: string
  validUntil: string | null
}
