import { DomainError, type FieldError } from '@guichet/problem'
import type { EventRow, EventTable } from '../db.ts'
import type { Category } from './categories.ts'
import type { CreateBody, UpdateBody } from './schemas.ts'
import { foldText, searchTextOf } from './search-text.ts'
import { isEmpty, mergeTexts, type Texts } from './texts.ts'
import { isPlace, mergeVenue, type Venue } from './venue.ts'

/** What the organizer says about an event. The picture is kept apart: it must be fetched and encoded first. */
export interface Content {
  title: Texts
  description: Texts
  startsAt: Date
  endsAt: Date
  timeZone: string
  venue: Venue
  category: Category
  imageAlt: Texts | null
  url: string | null
}

export function contentOf(row: EventRow): Content {
  return {
    title: row.title,
    description: row.description,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    timeZone: row.time_zone,
    venue: row.venue,
    category: row.category,
    imageAlt: row.image_alt,
    url: row.url,
  }
}

export function contentFrom(body: CreateBody): Content {
  return checked({
    title: mergeTexts({}, body.title),
    description: mergeTexts({}, body.description ?? {}),
    startsAt: new Date(body.startsAt),
    endsAt: new Date(body.endsAt),
    timeZone: body.timeZone,
    venue: mergeVenue({ online: false }, body.venue),
    category: body.category,
    imageAlt: orNull(mergeTexts({}, body.imageAlt ?? {})),
    url: body.url ?? null,
  })
}

/** The content after a merge patch (RFC 7396). */
export function mergeContent(present: Content, patch: UpdateBody): Content {
  return checked({
    title: mergeTexts(present.title, patch.title ?? {}),
    description: patch.description === null ? {} : mergeTexts(present.description, patch.description ?? {}),
    startsAt: patch.startsAt === undefined ? present.startsAt : new Date(patch.startsAt),
    endsAt: patch.endsAt === undefined ? present.endsAt : new Date(patch.endsAt),
    timeZone: patch.timeZone ?? present.timeZone,
    venue: mergeVenue(present.venue, patch.venue ?? {}),
    category: patch.category ?? present.category,
    imageAlt: patch.imageAlt === null ? null : orNull(mergeTexts(present.imageAlt ?? {}, patch.imageAlt ?? {})),
    url: patch.url === undefined ? present.url : patch.url,
  })
}

function orNull(texts: Texts): Texts | null {
  return isEmpty(texts) ? null : texts
}

/** Rules that a schema cannot say; all faults at once. */
function checked(content: Content): Content {
  const errors: FieldError[] = []
  if (isEmpty(content.title)) errors.push({ pointer: '/title', detail: 'needs a text in at least one language' })
  if (!isInstant(content.startsAt)) errors.push({ pointer: '/startsAt', detail: 'is not a time from 1970 to 2199' })
  if (!isInstant(content.endsAt)) errors.push({ pointer: '/endsAt', detail: 'is not a time from 1970 to 2199' })
  if (content.endsAt <= content.startsAt) errors.push({ pointer: '/endsAt', detail: 'must be after startsAt' })
  if (!isTimeZone(content.timeZone)) errors.push({ pointer: '/timeZone', detail: 'is not an IANA time zone' })
  if (content.url !== null && !isWebAddress(content.url)) {
    errors.push({ pointer: '/url', detail: 'must be an http or https address' })
  }
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
  return content
}

/** From 1970 to 2199: what an event can be, and what PostgreSQL and every calendar can write. */
export function isInstant(time: Date): boolean {
  return time.getTime() >= 0 && time.getTime() < Date.UTC(2200, 0)
}

/** `+02:00` passes Intl too, but an offset knows no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** What a draft lacks before it can be shown, each with its place. */
export function missingForPublication(content: Content, now: Date): FieldError[] {
  const missing: FieldError[] = []
  if (isEmpty(content.title)) missing.push({ pointer: '/title', detail: 'needs a text in at least one language' })
  if (!isPlace(content.venue))
    missing.push({ pointer: '/venue', detail: 'needs a name, an address or a city, or online' })
  if (content.endsAt <= now) missing.push({ pointer: '/endsAt', detail: 'is in the past' })
  return missing
}

/** The columns that hold the content, with what the search derives from it. */
export function columnsOf(content: Content) {
  return {
    title: content.title,
    description: content.description,
    starts_at: content.startsAt,
    ends_at: content.endsAt,
    time_zone: content.timeZone,
    venue: content.venue,
    category: content.category,
    image_alt: content.imageAlt,
    url: content.url,
    search_text: searchTextOf(content.title, content.venue),
    city_key: content.venue.city ? foldText(content.venue.city) : null,
  } satisfies Partial<EventTable>
}
