import type { Db, Tx } from '@guichet/database'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { Selectable } from 'kysely'
import type { Category } from './events/categories.ts'
import type { Status } from './events/status.ts'
import type { Texts } from './events/texts.ts'
import type { Venue } from './events/venue.ts'

export interface EventTable {
  id: string
  organizer_id: string
  status: Status
  title: Texts
  description: Texts
  starts_at: Date
  ends_at: Date
  time_zone: string
  venue: Venue
  category: Category
  image_id: string | null
  image_source_url: string | null
  image_alt: Texts | null
  url: string | null
  search_text: string
  city_key: string | null
  published_at: Date | null
  cancelled_at: Date | null
  cancellation_reason: Texts | null
  import_ref: string | null
  import_digest: Buffer | null
  version: number
  created_at: Date
  updated_at: Date
}

export interface ImageTable {
  id: string
  organizer_id: string
  bytes: Buffer
  width: number
  height: number
  created_at: Date
}

export interface Schema extends IdempotencyTable, TokenCutoffTable {
  event: EventTable
  image: ImageTable
}

export type EventRow = Selectable<EventTable>
export type EventsDb = Db<Schema>
export type EventsTx = Tx<Schema>
