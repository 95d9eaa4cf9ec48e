import type { Language } from '@guichet/problem'
import type { Generated, JSONColumnType } from 'kysely'

export interface TemplateTable {
  organizer_id: string
  kind: string
  language: Language
  subject: string
  preheader: string
  title: string
  body: string
  version: Generated<number>
  updated_by: string | null
  updated_at: Date
}

export interface MailSettingsTable {
  organizer_id: string
  sender_name: string | null
  reply_to: string | null
  /** `#rrggbb`, in small letters. */
  accent: string | null
  footer: JSONColumnType<Partial<Record<Language, string>>>
  postal_address: string | null
  version: Generated<number>
  updated_by: string | null
  updated_at: Date
}
