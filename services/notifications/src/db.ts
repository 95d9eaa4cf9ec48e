import type { Db as DatabaseOf, Tx as TransactionOf } from '@guichet/database'
import type { Language } from '@guichet/problem'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { Generated, JSONColumnType } from 'kysely'
import type { BulkTables } from './bulk-messages/tables.ts'
import type { EventTables } from './events/tables.ts'
import type { Channel, Kind, Purpose, SkipReason, State } from './kinds.ts'
import type { ReminderTables } from './reminders/tables.ts'
import type { MailSettingsTable, TemplateTable } from './templates/tables.ts'
import type { WebhookTables } from './webhooks/tables.ts'

export type AnnouncementKind = 'event-cancelled' | 'event-rescheduled' | 'event-moved' | 'event-reminder'

interface DeliveryTable {
  id: string
  kind: Kind
  channel: Channel
  source: string
  recipient_key: string
  order_id: string | null
  /** Of a bulk message to whom the ticket was passed on to. */
  ticket_id: string | null
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
  expires_at: Date | null
  skip_reason: SkipReason | null
  provider: string | null
  provider_message_id: string | null
  provider_reply: string | null
  delivered_at: Date | null
  bounced_at: Date | null
  segments: number | null
  price_minor: number | null
  price_currency: string | null
  bulk_message_id: string | null
  reminder_rule_id: string | null
  resend_of: string | null
}

export type Outcome = 'sent' | 'put-off' | 'refused' | 'unknown'

interface AttemptTable {
  delivery_id: string
  number: number
  lease: string
  began_at: Date
  ended_at: Date | null
  outcome: Outcome | null
  reply: string | null
}

interface SuppressionTable {
  channel: Channel
  address_key: Buffer
  reason: 'bounced' | 'complained'
  delivery_id: string | null
  created_at: Date
}

export type ConsentSource = 'checkout' | 'preferences' | 'one-click' | 'reply' | 'complaint'

interface ConsentTable {
  id: string
  organizer_id: string | null
  channel: Channel
  purpose: Purpose
  address_key: Buffer
  address: string | null
  granted: boolean
  source: ConsentSource
  source_key: string
  wording: string | null
  wording_version: string | null
  language: Language | null
  given_at: Date
  recorded_at: Date
}

interface AnnouncementTable {
  id: string
  kind: AnnouncementKind
  source: string
  event_id: string
  organizer_id: string
  facts: JSONColumnType<EventFacts>
  reminder_rule_id: string | null
  channels: Channel[]
  messages_expire_at: Date | null
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
  /** Of what changed, what was. */
  previous?: Pick<EventFacts, 'startsAt' | 'endsAt' | 'timeZone' | 'venue'>
  /** Of a reminder: what the organizer adds. */
  note?: Partial<Record<Language, string>>
  /** Who bought later knew of it. */
  changedAt?: string
  /** It is for those alone whose order was confirmed within this time. */
  boughtFrom?: string
  boughtBefore?: string
  /** Nor is it for those whose order was confirmed within one of these: another message is. */
  toldApart?: { boughtFrom: string; boughtBefore: string }[]
}

export interface Schema
  extends IdempotencyTable,
    TokenCutoffTable,
    EventTables,
    ReminderTables,
    BulkTables,
    WebhookTables {
  delivery: DeliveryTable
  attempt: AttemptTable
  suppression: SuppressionTable
  announcement: AnnouncementTable
  template: TemplateTable
  mail_settings: MailSettingsTable
  consent: ConsentTable
  sms_count: { key: string; period: string; sent: number }
  sms_allowed: { delivery_id: string }
}

export type Db = DatabaseOf<Schema>
export type Tx = TransactionOf<Schema>
