import { CsvError, parse } from 'csv-parse/sync'
import { addSeconds, isTimeZone, readTime } from '../local-time.ts'
import { countryCode, zoneOf } from '../places.ts'
import { type Draft, type Parsed, RecordFault, readRecord, type TicketTypeOrder } from '../record.ts'
import { parsePrice } from '../ticket-type-option.ts'
import { categoryOf } from './ics.ts'

/** Our fields by the headers that people write, in English and French. */
const HEADERS: Record<string, string[]> = {
  id: ['id', 'ref', 'reference', 'uid', 'identifiant'],
  title: ['title', 'titre', 'name', 'nom', 'event', 'evenement', 'summary', 'intitule'],
  titleEn: ['title en', 'titre en', 'name en', 'nom en', 'english title', 'titre anglais'],
  titleFr: ['title fr', 'titre fr', 'name fr', 'nom fr', 'french title', 'titre francais'],
  description: ['description', 'texte', 'presentation', 'details'],
  descriptionEn: ['description en'],
  descriptionFr: ['description fr'],
  start: [
    'start',
    'starts at',
    'start date',
    'startdate',
    'date',
    'debut',
    'date de debut',
    'date debut',
    'begin',
    'from',
    'du',
  ],
  startTime: ['start time', 'time', 'heure', 'heure de debut', 'heure debut', 'horaire'],
  end: ['end', 'ends at', 'end date', 'enddate', 'fin', 'date de fin', 'date fin', 'to', 'au'],
  endTime: ['end time', 'heure de fin', 'heure fin'],
  zone: ['time zone', 'timezone', 'zone', 'fuseau', 'fuseau horaire', 'tz'],
  venue: ['venue', 'lieu', 'salle', 'place', 'location'],
  address: ['address', 'adresse', 'street', 'rue'],
  city: ['city', 'ville', 'town', 'commune'],
  country: ['country', 'pays'],
  online: ['online', 'en ligne', 'virtual', 'virtuel'],
  category: ['category', 'categorie', 'type', 'genre'],
  url: ['url', 'link', 'lien', 'site', 'website', 'site web'],
  image: ['image', 'image url', 'photo', 'picture'],
  ticket: ['ticket', 'ticket type', 'billet', 'tarif', 'type de billet'],
  price: ['price', 'prix', 'montant'],
  currency: ['currency', 'devise', 'monnaie'],
  capacity: ['capacity', 'capacite', 'places', 'jauge', 'stock', 'quantity', 'quantite'],
}

type Row = Partial<Record<string, string>>

/** A table with a header: `,` `;` or tab, in UTF-8 or Windows-1252, dates as 2027-05-01 or 01/05/2027. */
export function readCsv(text: string): Parsed {
  const parsed: Parsed = { records: [], refused: [] }
  const header =
    text
      .replace(/^\ufeff/, '')
      .split(/\r\n|\n|\r/)
      .find((line) => line.trim() !== '') ?? ''
  const delimiter = [';', '\t', ','].reduce((best, one) => (count(header, one) > count(header, best) ? one : best), ',')
  const rows = parse(text, {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    max_record_size: 1_000_000,
    on_skip: (error) => {
      const line = error instanceof CsvError ? Number(error.lines ?? 0) : 0
      parsed.refused.push({ line, label: 'row', reason: `it cannot be read (${error?.message.split('\n')[0] ?? ''})` })
      return undefined
    },
  }) as unknown as { record: string[]; info: { lines: number } }[]
  const names = (rows[0]?.record ?? []).map(fieldOf)
  if (!names.includes('start') || !names.some((name) => name?.startsWith('title'))) {
    parsed.refused.push({
      line: 1,
      label: 'header',
      reason: 'it needs at least a column for the title and one for the start',
    })
    return parsed
  }
  let before = rows[0]?.info.lines ?? 1
  for (const { record, info } of rows.slice(1)) {
    const row: Row = {}
    for (const [index, name] of names.entries()) if (name && record[index]) row[name] ??= record[index]
    const line = before + 1
    before = info.lines
    const label = row.title ?? row.titleEn ?? row.titleFr ?? 'row without a title'
    readRecord(parsed, { line, label }, () => readRow(row, line, label))
  }
  return parsed
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/[()*:]/g, '')
    .trim()
}

function fieldOf(header: string): string | undefined {
  const name = plain(header)
  return Object.keys(HEADERS).find((field) => HEADERS[field]?.includes(name))
}

function readRow(row: Row, line: number, label: string): Draft {
  const notes: string[] = []
  if (!row.start) throw new RecordFault('it has no start')
  const place = zoneOf(row.city, row.country)
  if (row.zone && !isTimeZone(row.zone)) throw new RecordFault(`"${row.zone}" is not a time zone`)
  const timeZone = row.zone ?? place?.zone ?? 'UTC'
  if (!row.zone && !place) notes.push('its time zone is not known: shown in UTC')
  const start = readDate(row.start, row.startTime)
  const startsAt = readTime(start, timeZone, 'start')
  const sameDay = start.length === 10 ? start : undefined
  const endDay = row.end ?? (row.endTime ? row.start.split(/[ T]/)[0] : sameDay)
  const endsAt = endDay ? readTime(readDate(endDay, row.endTime), timeZone, 'end') : addSeconds(startsAt, 7_200)
  if (!endDay) notes.push('it has no end: two hours were taken')
  const online = /^(1|y|yes|true|x|oui|vrai|o)$/i.test(row.online ?? '')
  const country = countryCode(row.country)
  const title = { ...(row.titleEn ? { en: row.titleEn } : {}), ...(row.titleFr ? { fr: row.titleFr } : {}) }
  const description = {
    ...(row.descriptionEn ? { en: row.descriptionEn } : {}),
    ...(row.descriptionFr ? { fr: row.descriptionFr } : {}),
  }
  const language = country === 'FR' ? 'fr' : 'en'
  if (row.title && !title.en && !title.fr) title[language] = row.title
  if (row.description && !description.en && !description.fr) description[language] = row.description
  return {
    line,
    label,
    notes,
    identity: ['csv', row.id ?? row.url, row.id ? undefined : label, row.id ? undefined : row.start],
    ticketTypes: ticketTypeOf(row, notes),
    body: {
      title,
      description,
      startsAt,
      endsAt,
      timeZone,
      venue: {
        ...(row.venue ? { name: row.venue } : {}),
        ...(row.address ? { address: row.address } : {}),
        ...(row.city ? { city: row.city } : {}),
        ...(country ? { country } : {}),
        online,
      },
      category: categoryOf(row.category),
      ...(row.url ? { url: row.url } : {}),
      ...(row.image ? { imageUrl: row.image, imageAlt: title } : {}),
    },
  }
}

/** `01/05/2027 20h30`, `1.5.2027`, `2027-05-01 20:30` → `2027-05-01T20:30`; day before month, as everywhere but in the US. */
function readDate(text: string, time: string | undefined): string {
  const european = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T,]+(.+))?$/.exec(text.trim())
  let date = text.trim()
  let hours = time?.trim()
  if (european) {
    const [, first = '', second = '', year = '', rest] = european
    const [dayText, month] = Number(second) > 12 ? [second, first] : [first, second]
    date = `${year}-${month.padStart(2, '0')}-${dayText.padStart(2, '0')}`
    hours ??= rest
  }
  if (!hours) return date
  const clock = /^(\d{1,2})(?:\s*[h:.]\s*(\d{2})?)?(?::\d{2})?\s*(am|pm)?$/i.exec(hours)
  if (!clock) throw new RecordFault(`"${hours.slice(0, 40)}" is not a time of day`)
  const half = clock[3]?.toLowerCase()
  const hour = half ? (Number(clock[1]) % 12) + (half === 'pm' ? 12 : 0) : Number(clock[1])
  return `${date.slice(0, 10)}T${String(hour).padStart(2, '0')}:${clock[2] ?? '00'}`
}

function ticketTypeOf(row: Row, notes: string[]): TicketTypeOrder[] {
  if (!row.price && !row.capacity) return []
  const capacity = Number(row.capacity?.replace(/\s/g, ''))
  if (!Number.isInteger(capacity) || capacity < 1) {
    notes.push('not put on sale: it has no number of places')
    return []
  }
  const price = parsePrice(row.price ?? '0', row.currency)
  if (!price) throw new RecordFault(`"${row.price} ${row.currency ?? ''}" is not a price`)
  return [{ name: row.ticket ?? 'Standard', ...price, capacity }]
}
