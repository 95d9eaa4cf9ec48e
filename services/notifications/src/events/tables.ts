import type { Language } from '@guichet/problem'
import type { JSONColumnType } from 'kysely'

export type Localised = Partial<Record<Language, string>>
export type Venue = Partial<{ name: string; address: string; city: string; country: string; online: boolean }>

export interface EventCopyTable {
  id: string
  organizer_id: string
  version: number
  status: 'published' | 'cancelled' | 'deleted'
  title: JSONColumnType<Localised>
  starts_at: Date
  ends_at: Date
  time_zone: string
  venue: JSONColumnType<Venue>
  changed_at: Date
  told_version: number | null
  announce_at: Date | null
}

interface EventVersionTable {
  event_id: string
  version: number
  starts_at: Date
  ends_at: Date
  time_zone: string
  venue: JSONColumnType<Venue>
  guessed: boolean
  changed_at: Date | null
}

/** What is known here of events, which owns them. */
export interface EventTables {
  event_copy: EventCopyTable
  event_version: EventVersionTable
}
