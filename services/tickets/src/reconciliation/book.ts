import type { RawBuilder } from 'kysely'
import type { DifferenceKind, Finding } from './kinds.ts'

export type Found = Omit<Finding, 'kind' | 'organizer_id' | 'event_id'>

/** One comparison inside our own database: a single statement, so that it sees one moment. */
export interface Book {
  kind: DifferenceKind
  find(eventId: string, now: Date): RawBuilder<unknown>
}
