import { createHash } from 'node:crypto'

export type Texts = { en?: string; fr?: string }

/** The body of PUT …/imported-events/{externalRef}, without `publish`. */
export type EventBody = {
  title: Texts
  description?: Texts
  startsAt: string
  endsAt: string
  timeZone: string
  venue: { name?: string; address?: string; city?: string; country?: string; online: boolean }
  category: string
  imageUrl?: string
  imageAlt?: Texts
  url?: string
}

export type TicketTypeOrder = { name: string; priceMinor: number; currency: string; capacity: number }

/** One record of a file that can be an event. */
export type ImportedRecord = {
  line: number
  /** What a person calls it. */
  label: string
  /** Names the record for good, so that it is found again by the next import. */
  ref: string
  body: EventBody
  /** What had to be guessed or left out. */
  notes: string[]
  ticketTypes: TicketTypeOrder[]
}

/** One record that cannot, and why. */
export type RefusedRecord = { line: number; label: string; reason: string }

export type Parsed = { records: ImportedRecord[]; refused: RefusedRecord[] }

/** Why a record cannot be an event, in words for the report. */
export class RecordFault extends Error {
  override name = 'RecordFault'
}

const TITLE_MAX = 200
const DESCRIPTION_MAX = 20_000

export type Draft = Omit<ImportedRecord, 'ref' | 'ticketTypes'> & {
  /** What names the record in its source. */
  identity: (string | undefined)[]
  ticketTypes?: TicketTypeOrder[]
}

/** Ends a record: texts cut to what the API takes, faults named before anything is sent. */
export function finishRecord(draft: Draft): ImportedRecord {
  const { identity, body, notes, ticketTypes = [], line, label } = draft
  const title = cutTexts(body.title, TITLE_MAX, notes, 'title')
  if (!title.en && !title.fr) throw new RecordFault('it has no title')
  const start = Date.parse(body.startsAt)
  const end = Date.parse(body.endsAt)
  if (Number.isNaN(start)) throw new RecordFault('its start is not a date')
  if (Number.isNaN(end)) throw new RecordFault('its end is not a date')
  if (end <= start) throw new RecordFault('it ends before it starts')
  const { venue } = body
  if (!venue.online && !venue.name && !venue.address && !venue.city) {
    throw new RecordFault('it has no place and is not online')
  }
  const description = cutTexts(body.description ?? {}, DESCRIPTION_MAX, notes, 'description')
  return {
    line,
    label,
    notes,
    ticketTypes,
    ref: createHash('sha256').update(JSON.stringify(identity)).digest('base64url').slice(0, 32),
    body: {
      title,
      ...(description.en || description.fr ? { description } : {}),
      startsAt: body.startsAt,
      endsAt: body.endsAt,
      timeZone: body.timeZone,
      venue: {
        ...cut('name', venue.name, 200),
        ...cut('address', venue.address, 300),
        ...cut('city', venue.city, 120),
        ...cut('country', venue.country, 100),
        online: venue.online,
      },
      category: body.category,
      ...(body.imageUrl && isWebAddress(body.imageUrl) ? { imageUrl: body.imageUrl } : {}),
      ...(body.imageUrl && body.imageAlt ? { imageAlt: cutTexts(body.imageAlt, 500, notes, 'image text') } : {}),
      ...(body.url && isWebAddress(body.url) ? { url: body.url } : {}),
    },
  }
}

function cut<Name extends string>(name: Name, text: string | undefined, max: number): { [N in Name]?: string } {
  const clean = cleanText(text)
  return clean ? ({ [name]: clean.slice(0, max).trim() } as { [N in Name]?: string }) : {}
}

function cutTexts(texts: Texts, max: number, notes: string[], what: string): Texts {
  const result: Texts = {}
  for (const language of ['en', 'fr'] as const) {
    const clean = cleanText(texts[language])
    if (!clean) continue
    if (clean.length > max) notes.push(`the ${what} was cut to ${max} characters`)
    result[language] = clean.slice(0, max).toWellFormed().replaceAll('\ufffd', '').trim() || '…'
  }
  return result
}

/** Without what a text may not hold: NUL and other control characters, halves of characters. */
export function cleanText(text: string | undefined): string {
  return (text ?? '')
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}/gu, '')
    .trim()
}

function isWebAddress(text: string): boolean {
  return text.length <= 2_048 && /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** Runs the reader of one record; a fault makes it refused, and the next one is read. */
export function readRecord(into: Parsed, at: { line: number; label: string }, read: () => Draft | Draft[]): void {
  try {
    const drafts = read()
    for (const draft of Array.isArray(drafts) ? drafts : [drafts]) into.records.push(finishRecord(draft))
  } catch (error) {
    const reason = error instanceof RecordFault ? error.message : `it cannot be read (${firstLine(error)})`
    into.refused.push({ line: at.line, label: at.label.slice(0, 80), reason })
  }
}

function firstLine(error: unknown): string {
  return (
    String(error instanceof Error ? error.message : error)
      .split('\n')[0]
      ?.slice(0, 120) ?? ''
  )
}
