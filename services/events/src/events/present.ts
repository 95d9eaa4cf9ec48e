import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { EventRow } from '../db.ts'
import { renderMarkdown } from '../descriptions/render-markdown.ts'
import type { EventSchema, EventSummarySchema } from './schemas.ts'
import type { Texts } from './texts.ts'

/** The columns of a list: all but the long ones. */
export type SummaryRow = Omit<EventRow, 'description' | 'search_text' | 'city_key' | 'import_ref' | 'import_digest'>

export function imagePath(imageId: string): string {
  return `/api/events/v1/images/${toId('img', imageId)}`
}

export function presentSummary(row: SummaryRow): Static<typeof EventSummarySchema> {
  return {
    id: toId('evt', row.id),
    organizerId: toId('org', row.organizer_id),
    status: row.status,
    title: row.title,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    timeZone: row.time_zone,
    venue: row.venue,
    category: row.category,
    imageUrl: row.image_id ? imagePath(row.image_id) : null,
    imageAlt: row.image_alt,
    url: row.url,
    publishedAt: row.published_at?.toISOString() ?? null,
    cancelledAt: row.cancelled_at?.toISOString() ?? null,
    cancellationReason: row.cancellation_reason,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

export function presentEvent(row: EventRow): Static<typeof EventSchema> {
  const html: Texts = {}
  if (row.description.en) html.en = renderMarkdown(row.description.en)
  if (row.description.fr) html.fr = renderMarkdown(row.description.fr)
  return { ...presentSummary(row), description: row.description, descriptionHtml: html }
}
