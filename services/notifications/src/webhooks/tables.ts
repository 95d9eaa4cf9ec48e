import type { Generated, JSONColumnType, Selectable } from 'kysely'

export const WEBHOOK_STATES = ['pending', 'sending', 'retrying', 'delivered', 'failed'] as const
export type WebhookState = (typeof WEBHOOK_STATES)[number]
export type DisabledReason = 'by-hand' | 'gone' | 'failing'

/** What came of a request to an endpoint. */
export const WEBHOOK_OUTCOMES = [
  'delivered',
  'refused',
  'redirected',
  'gone',
  'timed-out',
  'unreachable',
  'not-public',
  'endpoint-off',
] as const
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number]

interface EndpointTable {
  id: string
  organizer_id: string
  url: string
  description: string
  types: string[] | null
  secrets: Buffer
  enabled: boolean
  disabled_reason: DisabledReason | null
  disabled_at: Date | null
  failing_since: Date | null
  owners_due_at: Date | null
  version: Generated<number>
  created_at: Date
}

interface PublicEventTable {
  id: string
  organizer_id: string
  type: string
  occurred_at: Date
  data: JSONColumnType<Record<string, unknown>>
  test: boolean
  stream_due_at: Date | null
  written_by: Generated<string>
  created_at: Date
}

interface WebhookDeliveryTable {
  id: string
  endpoint_id: string
  event_id: string
  state: WebhookState
  attempts: Generated<number>
  first_attempt_at: Date | null
  next_attempt_at: Date
  lease: string | null
  delivered_at: Date | null
  last_outcome: WebhookOutcome | null
  last_status: number | null
  created_at: Date
}

interface WebhookAttemptTable {
  delivery_id: string
  number: number
  began_at: Date
  duration_ms: number
  outcome: WebhookOutcome
  status: number | null
  headers: JSONColumnType<Record<string, string>>
}

export interface WebhookTables {
  webhook_endpoint: EndpointTable
  public_event: PublicEventTable
  webhook_delivery: WebhookDeliveryTable
  webhook_attempt: WebhookAttemptTable
}

export type EndpointRow = Omit<Selectable<EndpointTable>, 'owners_due_at'>

export const ENDPOINT_COLUMNS = [
  'id',
  'organizer_id',
  'url',
  'description',
  'types',
  'secrets',
  'enabled',
  'disabled_reason',
  'disabled_at',
  'failing_since',
  'version',
  'created_at',
] as const satisfies readonly (keyof EndpointTable)[]
