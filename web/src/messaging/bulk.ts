import type { LocalisedText } from '#web/messages/language.ts'
import type { Finding } from './templates.ts'

/** What `notifications` answers about messages to many (contracts/http/notifications.yaml). */
export type BulkState = 'draft' | 'scheduled' | 'sending' | 'sent' | 'cancelled' | 'failed'

export interface BulkSegment {
  orderState?: 'confirmed' | 'refunded' | 'held'
  ticketTypeIds?: string[]
  checkedIn?: boolean
  language?: 'en' | 'fr'
  boughtFrom?: string
  boughtBefore?: string
}

export interface BulkMessage {
  id: string
  organizerId: string
  eventId: string
  purpose: 'information' | 'marketing'
  segment: BulkSegment
  subject: Partial<Record<'en' | 'fr', string>>
  body: Partial<Record<'en' | 'fr', string>>
  state: BulkState
  scheduledAt: string | null
  begunAt: string | null
  endedAt: string | null
  lastError: string | null
  results: Record<
    'planned' | 'open' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'skipped' | 'withoutConsent',
    number
  >
  /** Each recipient has a message: `results.planned` is all of them. */
  planned: boolean
  acts?: { act: string; userId: string | null; at: string }[]
  version: number
}

export interface BulkRecipients {
  orders: number
  recipients: number
  byLanguage: { en: number; fr: number }
  withoutConsent: number
}

export interface BulkPreview {
  language: 'en' | 'fr'
  subject: string
  html: string
  text: string
  sample: boolean
  warnings: Finding[]
}

/** The colour of a state's tag. */
export const BULK_TAGS: Record<BulkState, string> = {
  draft: '',
  scheduled: 'warn',
  sending: 'warn',
  sent: 'good',
  cancelled: '',
  failed: 'bad',
}

/** What it is called in a list: its subject, in the language there is. */
export function subjectOf(message: Pick<BulkMessage, 'subject'>): LocalisedText {
  return message.subject as LocalisedText
}
