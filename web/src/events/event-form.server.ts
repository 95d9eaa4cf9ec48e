import type { EventDetails } from '../api/types.ts'
import { Check } from '../forms/check.server.ts'
import type { LocalisedText } from '../messages/language.ts'
import type { Translate } from '../messages/text.ts'
import { isTimeZone, toInstant, toLocal } from '../time/local-time.server.ts'

/** The fields of the event form, each a text; dates are in the venue's time. */
export type EventValues = Record<(typeof eventFields)[number], string>

export const eventFields = [
  'title.en',
  'title.fr',
  'description.en',
  'description.fr',
  'startsAt',
  'endsAt',
  'timeZone',
  'category',
  'venueName',
  'venueAddress',
  'venueCity',
  'venueCountry',
  'online',
  'imageUrl',
  'imageAlt.en',
  'imageAlt.fr',
  'url',
] as const

export function valuesOf(event: EventDetails): EventValues {
  const { venue } = event
  return {
    'title.en': event.title.en ?? '',
    'title.fr': event.title.fr ?? '',
    'description.en': event.description?.en ?? '',
    'description.fr': event.description?.fr ?? '',
    startsAt: toLocal(event.startsAt, event.timeZone),
    endsAt: toLocal(event.endsAt, event.timeZone),
    timeZone: event.timeZone,
    category: event.category,
    venueName: venue.name ?? '',
    venueAddress: venue.address ?? '',
    venueCity: venue.city ?? '',
    venueCountry: venue.country ?? '',
    online: venue.online ? 'on' : '',
    imageUrl: '',
    'imageAlt.en': event.imageAlt?.en ?? '',
    'imageAlt.fr': event.imageAlt?.fr ?? '',
    url: event.url ?? '',
  }
}

/** Checks what was typed. Both languages of the title are optional, but one must be there. */
export function checkEvent(values: Record<string, string>, t: Translate): Check {
  const check = new Check(values, t)
  if (!values['title.en'] && !values['title.fr']) check.refuse('title.en', t('console.event.titleMissing'))
  const zone = check.required('timeZone')
  const zoneKnown = isTimeZone(zone)
  if (zone && !zoneKnown) check.refuse('timeZone', t('console.event.zoneUnknown'))
  const starts = check.required('startsAt')
  const ends = check.required('endsAt')
  if (zoneKnown && starts && ends) {
    const from = toInstant(starts, zone)
    const to = toInstant(ends, zone)
    if (!from) check.refuse('startsAt', t('console.event.timeUnknown'))
    if (!to) check.refuse('endsAt', t('console.event.timeUnknown'))
    if (from && to && to <= from) check.refuse('endsAt', t('console.event.endsBefore'))
  }
  for (const field of ['url', 'imageUrl']) {
    const address = values[field]
    if (address && !(URL.canParse(address) && /^https?:/.test(address))) check.refuse(field, t('fault.url'))
  }
  return check
}

/** The body of a new event. Call only with checked values. */
export function newEventBody(organizerId: string, values: Record<string, string>): Record<string, unknown> {
  const zone = values.timeZone ?? ''
  const imageAlt = textOf(values, 'imageAlt')
  const description = textOf(values, 'description')
  return {
    organizerId,
    title: textOf(values, 'title'),
    ...(description ? { description } : {}),
    startsAt: toInstant(values.startsAt ?? '', zone),
    endsAt: toInstant(values.endsAt ?? '', zone),
    timeZone: zone,
    category: values.category,
    venue: venueOf(values),
    ...(values.imageUrl ? { imageUrl: values.imageUrl } : {}),
    ...(imageAlt ? { imageAlt } : {}),
    ...(values.url ? { url: values.url } : {}),
  }
}

/**
 * Only what differs from `before` (RFC 7396 merge patch), so that two people who change different fields both keep their
 * work. `null` when nothing differs.
 */
export function eventPatch(
  values: Record<string, string>,
  before: Record<string, string>,
): Record<string, unknown> | null {
  const differs = (...fields: string[]) => fields.some((field) => (values[field] ?? '') !== (before[field] ?? ''))
  const patch: Record<string, unknown> = {}
  for (const text of ['title', 'description', 'imageAlt']) {
    for (const language of ['en', 'fr']) {
      const field = `${text}.${language}`
      if (differs(field)) patch[text] = { ...(patch[text] as object), [language]: values[field] || null }
    }
  }
  const zone = values.timeZone ?? ''
  if (differs('startsAt', 'timeZone')) patch.startsAt = toInstant(values.startsAt ?? '', zone)
  if (differs('endsAt', 'timeZone')) patch.endsAt = toInstant(values.endsAt ?? '', zone)
  if (differs('timeZone')) patch.timeZone = zone
  if (differs('category')) patch.category = values.category
  if (differs('venueName', 'venueAddress', 'venueCity', 'venueCountry', 'online')) patch.venue = venueOf(values, null)
  if (values.imageUrl) patch.imageUrl = values.imageUrl
  if (differs('url')) patch.url = values.url || null
  return Object.keys(patch).length > 0 ? patch : null
}

/** Fields that somebody else changed since the form was opened, with what they hold now. */
export function changedSince(before: Record<string, string>, now: EventValues): { field: string; theirs: string }[] {
  return eventFields
    .filter((field) => (before[field] ?? '') !== now[field])
    .map((field) => ({ field, theirs: now[field] }))
}

/** Which input a JSON pointer of the events API belongs to. */
export function eventField(pointer: string): string {
  const [, first = '', second] = pointer.split('/')
  if (first === 'venue') return second ? `venue${second[0]?.toUpperCase()}${second.slice(1)}` : 'venueName'
  if (['title', 'description', 'imageAlt'].includes(first)) return `${first}.${second ?? 'en'}`
  return first
}

function textOf(values: Record<string, string>, name: string): LocalisedText | null {
  const en = values[`${name}.en`]
  const fr = values[`${name}.fr`]
  return en || fr ? { ...(en ? { en } : {}), ...(fr ? { fr } : {}) } : null
}

function venueOf(values: Record<string, string>, absent: null | undefined = undefined): Record<string, unknown> {
  const part = (name: string) => values[name] || absent
  return {
    name: part('venueName'),
    address: part('venueAddress'),
    city: part('venueCity'),
    country: part('venueCountry'),
    online: values.online === 'on',
  }
}
