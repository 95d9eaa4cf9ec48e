import { newUuid } from '@guichet/server'
import type { EventRow } from '../db.ts'
import { type Content, columnsOf } from './content.ts'

/** The row of a draft that nobody has seen yet. */
export function newEvent(organizerId: string, content: Content, now: Date): Omit<EventRow, 'version'> {
  return {
    ...columnsOf(content),
    id: newUuid(now.getTime()),
    organizer_id: organizerId,
    status: 'draft',
    image_id: null,
    image_source_url: null,
    published_at: null,
    cancelled_at: null,
    cancellation_reason: null,
    import_ref: null,
    import_digest: null,
    created_at: now,
    updated_at: now,
  }
}
