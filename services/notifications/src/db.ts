import type { Db as DatabaseOf, Tx as TransactionOf } from '@guichet/database'
import type { Language } from '@guichet/problem'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { Generated, JSONColumnType } from 'kysely'

export const ORDER_KINDS = [
  'transfer-instructions',
  'order-confirmation',
  'order-refund',
  'order-partial-refund',
  'payment-refund',
  'event-cancelled',
  'event-rescheduled',
] as const
export const ACCOUNT_KINDS = ['email-confirmation', 'password-reset', 'sign-up-repeated'] as const
export const WAITING_KINDS = ['waiting-list-joined', 'waiting-list-offered'] as const
export const KINDS = [...ORDER_KINDS, ...ACCOUNT_KINDS, ...WAITING_KINDS] as const
export const CHANNELS = ['email', 'sms'] as const
export const STATES = ['pending', 'sending', 'retrying', 'sent', 'failed'] as const

export type OrderKind = (typeof ORDER_KINDS)[number]
export type AccountKind = (typeof ACCOUNT_KINDS)[number]
export type WaitingKind = (typeof WAITING_KINDS)[number]
export type Kind = OrderKind | AccountKind | WaitingKind
export type AnnouncementKind = 'event-cancelled' | 'event-rescheduled'
export type Channel = (typeof CHANNELS)[number]
export type State = (typeof STATES)[number]

interface DeliveryTable {
  id: string
  kind: Kind
  channel: Channel
  source: string
  recipient_key: string
  order_id: string | null
  event_id: string | null
  organizer_id: string | null
  user_id: string | null
  announcement_id: string | null
  priority: number
  language: Language | null
  recipient_name: string | null
  recipient_address: string | null
  state: State
  attempts: Generated<number>
  first_refused_at: Date | null
  next_attempt_at: Date
  lease: string | null
  sent_at: Date | null
  last_error: string | null
  created_at: Date
}

interface AnnouncementTable {
  id: string
  kind: AnnouncementKind
  source: string
  event_id: string
  organizer_id: string
  facts: JSONColumnType<EventFacts>
  page_cursor: string | null
  next_attempt_at: Date
  done_at: Date | null
  lease: string | null
  last_error: string | null
  created_at: Date
}

/** What a message of events says of an event, as far as a letter needs it. */
export interface EventFacts {
  title?: Partial<Record<Language, string>>
  startsAt?: string
  endsAt?: string
  timeZone?: string
  venue?: { name?: string; address?: string; city?: string; country?: string; online?: boolean }
  version?: number
  cancellationReason?: Partial<Record<Language, string>> | null
  previousStartsAt?: string
}

export interface Schema extends IdempotencyTable, TokenCutoffTable {
  delivery: DeliveryTable
  announcement: AnnouncementTable
}

export type Db = DatabaseOf<Schema>
export type Tx = TransactionOf<Schema>
