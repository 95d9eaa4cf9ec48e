import type { Language } from '@guichet/problem'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export const BULK_STATES = ['draft', 'scheduled', 'sending', 'sent', 'cancelled', 'failed'] as const
export type BulkState = (typeof BULK_STATES)[number]

export const BULK_PURPOSES = ['information', 'marketing'] as const
export type BulkPurpose = (typeof BULK_PURPOSES)[number]

export type ByLanguage = Partial<Record<Language, string>>

/** Which buyers of the event, and which of those whom they passed tickets on to, are meant; what is absent narrows nothing. Ids are TypeIDs. */
export interface Segment {
  orderState?: 'confirmed' | 'refunded' | 'held'
  ticketTypeIds?: string[]
  checkedIn?: boolean
  language?: Language
  /** When the order was confirmed. */
  boughtFrom?: string
  boughtBefore?: string
}

/** How many recipients are in each state. */
export interface BulkResults {
  planned: number
  open: number
  sent: number
  delivered: number
  bounced: number
  failed: number
  skipped: number
  withoutConsent: number
}

interface BulkMessageTable {
  id: string
  organizer_id: string
  event_id: string
  purpose: BulkPurpose
  segment: JSONColumnType<Segment>
  subject: JSONColumnType<ByLanguage>
  body: JSONColumnType<ByLanguage>
  state: BulkState
  scheduled_at: Date | null
  begun_at: Date | null
  paged_at: Date | null
  ended_at: Date | null
  page_cursor: string | null
  next_attempt_at: Date | null
  lease: string | null
  last_error: string | null
  /** Null as long as they can be counted. */
  results: ColumnType<BulkResults | null, string | undefined, string>
  version: Generated<number>
  created_at: Date
}

export const ACTS = [
  'created',
  'changed',
  'tested',
  'scheduled',
  'unscheduled',
  'begun',
  'cancelled',
  'ended',
  'failed',
] as const
export type Act = (typeof ACTS)[number]

interface BulkMessageActTable {
  bulk_message_id: string
  id: string
  act: Act
  actor_id: string | null
  at: Date
}

interface BulkPaceTable {
  scope: string
  next_at: Date
}

export interface BulkTables {
  bulk_message: BulkMessageTable
  bulk_message_act: BulkMessageActTable
  bulk_pace: BulkPaceTable
}
