import { isObject, lineAt, splitArray, textOf } from '../json-text.ts'
import { addSeconds, isTimeZone, readTime } from '../local-time.ts'
import { countryCode, zoneOf } from '../places.ts'
import { type Draft, type EventBody, type Parsed, RecordFault, readRecord, type Texts } from '../record.ts'

type Json = Record<string, unknown>

/** schema.org Events: JSON-LD (one, an array, an @graph, an ItemList), or the script blocks of an HTML page. */
export function readJsonLd(text: string): Parsed {
  const parsed: Parsed = { records: [], refused: [] }
  const isPage = /^\s*</.test(text)
  const blocks = isPage ? scriptBlocks(text) : [{ text, line: 1 }]
  if (blocks.length === 0) parsed.refused.push({ line: 1, label: 'page', reason: 'it has no JSON-LD script block' })
  for (const block of blocks) readBlock(parsed, block)
  if (parsed.records.length + parsed.refused.length === 0) {
    parsed.refused.push({ line: 1, label: 'file', reason: 'it holds no schema.org Event' })
  }
  return parsed
}

function scriptBlocks(html: string): { text: string; line: number }[] {
  const blocks = html.matchAll(
    /<script\b[^>]*\btype\s*=\s*["']?application\/ld\+json\b[^>]*>([\s\S]*?)(?:<\/script|$)/gi,
  )
  return [...blocks].map((match) => {
    const text = match[1] ?? ''
    return { text, line: lineAt(html, match.index + match[0].indexOf(text)) }
  })
}

function readBlock(parsed: Parsed, block: { text: string; line: number }): void {
  const parts = /^\s*\[/.test(block.text)
    ? splitArray(block.text).map((part) => ({ text: part.text, line: block.line + part.line - 1 }))
    : [block]
  for (const part of parts) {
    let value: unknown
    try {
      value = JSON.parse(part.text.replace(/^\ufeff/, ''))
    } catch {
      parsed.refused.push({ line: part.line, label: part.text.trim().slice(0, 40), reason: 'it is not valid JSON' })
      continue
    }
    for (const event of findEvents(value, 0)) {
      const name = textsOf(event.name)
      const label = name.en ?? name.fr ?? 'event without a name'
      const offset = part.text.indexOf(JSON.stringify(label))
      const line = part.line + (offset > 0 ? lineAt(part.text, offset) - 1 : 0)
      readRecord(parsed, { line, label }, () => readEvent(event, line, label))
    }
  }
}

const DEEP = 12

function findEvents(value: unknown, depth: number): Json[] {
  if (depth > DEEP) return []
  if (Array.isArray(value)) return value.flatMap((part) => findEvents(part, depth + 1))
  if (!isObject(value)) return []
  if (typesOf(value).some((type) => type === 'Event' || /Event$|^Festival$|^Hackathon$|^CourseInstance$/.test(type))) {
    return [value]
  }
  return ['@graph', 'mainEntity', 'itemListElement', 'item', 'event', 'events'].flatMap((name) =>
    findEvents(value[name], depth + 1),
  )
}

function typesOf(value: Json): string[] {
  const types = Array.isArray(value['@type']) ? value['@type'] : [value['@type']]
  return types.filter((type) => typeof type === 'string').map((type) => type.replace(/^.*[/:#]/, ''))
}

const CATEGORIES: [RegExp, string][] = [
  [/^MusicEvent$/, 'concert'],
  [/^(TheaterEvent|DanceEvent)$/, 'theatre'],
  [/^Festival$/, 'festival'],
  [/^(ExhibitionEvent|VisualArtsEvent)$/, 'exhibition'],
  [/^SportsEvent$/, 'sport'],
  [/^(EducationEvent|CourseInstance|Hackathon)$/, 'workshop'],
  [/^ComedyEvent$/, 'comedy'],
  [/^ChildrensEvent$/, 'family'],
  [/^(BusinessEvent|ConferenceEvent)$/, 'conference'],
]

function readEvent(event: Json, line: number, label: string): Draft {
  const notes: string[] = []
  const types = typesOf(event)
  if (/EventCancelled$/.test(textOf(event.eventStatus) ?? '')) throw new RecordFault('it is cancelled')
  const start = textOf(event.startDate)
  if (!start) throw new RecordFault('it has no startDate')
  const venue = venueOf(event)
  const named = textOf(event.timeZone) ?? textOf(event.scheduleTimezone)
  const place = zoneOf(venue.city, venue.country)
  const zone = named && isTimeZone(named) ? named : place?.zone
  if (!zone) notes.push('its time zone is not known: shown in UTC')
  const timeZone = zone ?? 'UTC'
  const startsAt = readTime(start, timeZone, 'start')
  const end = textOf(event.endDate)
  let endsAt = end ? readTime(end, timeZone, 'end') : ''
  if (!end) {
    endsAt = /^\d{4}-\d{2}-\d{2}$/.test(start) ? readTime(start, timeZone, 'end') : addSeconds(startsAt, 7_200)
    notes.push('it has no end: two hours, or the day, was taken')
  }
  const url = textOf(event.url) ?? textOf(event['@id'])
  const image = imageOf(event.image)
  return {
    line,
    label,
    notes,
    identity: ['jsonld', textOf(event['@id']) ?? url, label, start],
    body: {
      title: textsOf(event.name),
      description: textsOf(event.description),
      startsAt,
      endsAt,
      timeZone,
      venue,
      category: CATEGORIES.find(([pattern]) => types.some((type) => pattern.test(type)))?.[1] ?? 'other',
      ...(url ? { url } : {}),
      ...(image ? { imageUrl: image, imageAlt: textsOf(event.name) } : {}),
    },
  }
}

function venueOf(event: Json): EventBody['venue'] {
  const venue: EventBody['venue'] = { online: /Online|Mixed/.test(textOf(event.eventAttendanceMode) ?? '') }
  const places = Array.isArray(event.location) ? event.location : [event.location]
  for (const place of places) {
    if (typeof place === 'string' && place.trim() !== '') venue.name ??= place.trim()
    if (!isObject(place)) continue
    if (typesOf(place).includes('VirtualLocation')) {
      venue.online = true
      continue
    }
    const name = textsOf(place.name)
    fill(venue, 'name', name.en ?? name.fr)
    if (typeof place.address === 'string') fill(venue, 'address', textOf(place.address))
    const address = Array.isArray(place.address) ? place.address[0] : place.address
    if (!isObject(address)) continue
    fill(venue, 'address', [textOf(address.streetAddress), textOf(address.postalCode)].filter(Boolean).join(', '))
    fill(venue, 'city', textOf(address.addressLocality))
    const country = isObject(address.addressCountry)
      ? textOf(address.addressCountry.name)
      : textOf(address.addressCountry)
    fill(venue, 'country', countryCode(country))
  }
  return venue
}

function fill(
  venue: EventBody['venue'],
  part: 'name' | 'address' | 'city' | 'country',
  text: string | undefined,
): void {
  if (text && !venue[part]) venue[part] = text
}

/** A text, a language-tagged value, or a list of them. Without a language it is taken for English. */
function textsOf(value: unknown): Texts {
  const texts: Texts = {}
  for (const part of Array.isArray(value) ? value : [value]) {
    const text = isObject(part) ? textOf(part['@value']) : textOf(part)
    if (!text) continue
    const language = isObject(part) && /^fr\b/i.test(textOf(part['@language']) ?? '') ? 'fr' : 'en'
    texts[language] ??= text
  }
  return texts
}

function imageOf(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value
  return isObject(first) ? (textOf(first.url) ?? textOf(first.contentUrl)) : textOf(first)
}
