import { isObject, splitArray, textOf } from '../json-text.ts'
import { daysAt } from '../local-time.ts'
import { countryCode, zoneOf } from '../places.ts'
import { type Draft, type Parsed, RecordFault, readRecord, type Texts } from '../record.ts'

/** The records of tech-conferences/conference-data: one JSON array of {name, url, startDate, endDate, city, country, …}. */
export function readConferences(text: string): Parsed {
  const parsed: Parsed = { records: [], refused: [] }
  for (const [index, part] of splitArray(text).entries()) {
    let value: unknown
    const at = { line: part.line, label: `record ${index + 1}` }
    readRecord(parsed, at, () => {
      try {
        value = JSON.parse(part.text)
      } catch {
        throw new RecordFault('it is not valid JSON')
      }
      if (!isObject(value)) throw new RecordFault('it is not an object')
      at.label = textOf(value.name) ?? at.label
      return readConference(value, part.line)
    })
  }
  return parsed
}

function readConference(record: Record<string, unknown>, line: number): Draft {
  const name = textOf(record.name)
  const startDate = textOf(record.startDate)
  if (!name) throw new RecordFault('it has no name')
  if (!startDate) throw new RecordFault('it has no startDate')
  const endDate = textOf(record.endDate) ?? startDate
  const city = textOf(record.city)
  const country = textOf(record.country)
  const url = textOf(record.url)
  const notes: string[] = []
  const place = zoneOf(city, country)
  if (!place && (city || country)) notes.push(`no time zone is known for ${[city, country].join(', ')}: UTC`)
  const zone = place?.zone ?? 'UTC'
  const code = countryCode(country)
  const languages = (textOf(record.locales) ?? '')
    .toLowerCase()
    .split(/\s*,\s*/)
    .filter((tag) => /^[a-z]{2}$/.test(tag))
  const title: Texts = {}
  if (languages.includes('fr')) title.fr = name
  if (!title.fr || languages.includes('en')) title.en = name
  return {
    line,
    label: name,
    notes,
    identity: ['conferences', url, name, startDate],
    body: {
      title,
      description: describe(record, languages),
      ...daysAt(startDate, endDate, zone),
      timeZone: zone,
      venue: { ...(city ? { city } : {}), ...(code ? { country: code } : {}), online: record.online === true || !city },
      category: 'conference',
      ...(url ? { url } : {}),
    },
  }
}

const WORDS = {
  en: {
    topics: 'Topics',
    languages: 'Languages',
    conduct: 'Code of conduct',
    cc: 'Sign language or captions are offered.',
  },
  fr: {
    topics: 'Thèmes',
    languages: 'Langues',
    conduct: 'Code de conduite',
    cc: 'Langue des signes ou sous-titres proposés.',
  },
}

/** What the record says beside place and time, as Markdown in both languages. */
function describe(record: Record<string, unknown>, languages: string[]): Texts {
  const topics = Array.isArray(record.topics) ? record.topics.filter((topic) => typeof topic === 'string') : []
  const conduct = textOf(record.cocUrl)
  const text = (language: 'en' | 'fr'): string => {
    const names = new Intl.DisplayNames(language, { type: 'language', fallback: 'code' })
    const words = WORDS[language]
    const colon = language === 'fr' ? ' :' : ':'
    return [
      topics.length > 0 ? `**${words.topics}${colon}** ${topics.join(', ')}` : '',
      languages.length > 0 ? `**${words.languages}${colon}** ${languages.map((tag) => names.of(tag)).join(', ')}` : '',
      record.offersSignLanguageOrCC === true ? words.cc : '',
      conduct && /^https?:\/\/[^\s()<>]+$/.test(conduct) ? `[${words.conduct}](${conduct})` : '',
    ]
      .filter(Boolean)
      .join('\n\n')
  }
  return { en: text('en'), fr: text('fr') }
}
