import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Format, formats, guessFormat, parseRecords } from '../../src/import/read-file.ts'
import { parsePrice, readTicketTypeOption } from '../../src/import/ticket-type-option.ts'

const NOW = new Date('2027-01-01T00:00:00Z')
const parse = (format: Format, text: string) => parseRecords(format, text, NOW)
const one = (format: Format, text: string) => {
  const parsed = parse(format, text)
  expect(parsed.refused).toEqual([])
  expect(parsed.records).toHaveLength(1)
  return parsed.records[0]
}
const reasons = (format: Format, text: string) => parse(format, text).refused.map(({ line, reason }) => [line, reason])

describe('conferences', () => {
  const record = (own: object = {}) => ({
    name: 'CodeMash',
    url: 'https://codemash.org',
    startDate: '2027-01-14',
    endDate: '2027-01-17',
    city: 'Sandusky, OH',
    country: 'U.S.A.',
    online: false,
    locales: 'EN',
    topics: ['general'],
    ...own,
  })

  it('become events from nine to six in the zone of the place', () => {
    expect(one('conferences', JSON.stringify([record()]))?.body).toMatchObject({
      title: { en: 'CodeMash' },
      startsAt: '2027-01-14T14:00:00Z',
      endsAt: '2027-01-17T23:00:00Z',
      timeZone: 'America/New_York',
      venue: { city: 'Sandusky, OH', country: 'US', online: false },
      category: 'conference',
      url: 'https://codemash.org',
    })
  })

  it.each([
    [{ city: 'Paris', country: 'France', locales: 'FR' }, 'Europe/Paris', { fr: 'CodeMash' }],
    [
      { city: 'São Paulo', country: 'Brazil', locales: 'EN,FR' },
      'America/Sao_Paulo',
      { en: 'CodeMash', fr: 'CodeMash' },
    ],
    [{ city: 'Brisbane', country: 'Australia', locales: 'DE' }, 'Australia/Brisbane', { en: 'CodeMash' }],
    [{ city: 'Edinburgh', country: 'Scotland' }, 'Europe/London', { en: 'CodeMash' }],
    [{ city: undefined, country: undefined, online: true }, 'UTC', { en: 'CodeMash' }],
  ])('in %o are in %s', (own, zone, title) => {
    const body = one('conferences', JSON.stringify([record(own)]))?.body
    expect(body?.timeZone).toBe(zone)
    expect(body?.title).toEqual(title)
  })

  it('are refused one by one with their line, and the rest is read', () => {
    const good = JSON.stringify(record())
    const text = `[\n${good},\n{"name": 1, "startDate": "x"},\n{"name": "No start"},\n{"name": "Bad", "startDate": "2027-13-45"},\n{"name": "Backwards", "startDate": "2027-05-02", "endDate": "2027-05-01"},\n42,\n{broken},\n${good}\n]`
    const parsed = parse('conferences', text)
    expect(parsed.records).toHaveLength(1)
    expect(parsed.refused.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(parsed.refused.map(({ reason }) => reason)).toEqual([
      '"x" is not a date',
      'it has no startDate',
      '"2027-13-45T09:00" is not a date',
      'it ends before it starts',
      'it is not an object',
      'it is not valid JSON',
      'it is the same record as in line 2',
    ])
  })

  it('of a file that breaks off are read up to there', () => {
    const text = `[${JSON.stringify(record())}, {"name": "Half`
    expect(parse('conferences', text).records).toHaveLength(1)
    expect(reasons('conferences', text)).toEqual([[1, 'it is not valid JSON']])
  })

  it('all 858 of the real file are events, each with its own name in the shop', () => {
    const file = new URL('../../../../shared/data/events/conferences.json', import.meta.url)
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      return // the data set is not part of the clone
    }
    const { records, refused } = parse('conferences', text)
    expect(refused).toEqual([])
    expect(records).toHaveLength(858)
    expect(new Set(records.map(({ ref }) => ref)).size).toBe(858)
    expect(records.filter(({ notes }) => notes.length > 0)).toEqual([])
  })
})

describe('iCalendar', () => {
  const calendar = (...events: string[]) =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.map((event) => `BEGIN:VEVENT\r\n${event.trim().replace(/\n\s*/g, '\r\n').replace(/~/g, ' ')}\r\nEND:VEVENT`).join('\r\n')}\r\nEND:VCALENDAR\r\n`

  it('gives events with zone, end, folded lines and escaped text', () => {
    const text = calendar(`UID:a@example.org
      DTSTART;TZID=Europe/Paris:20270501T200000
      DTEND;TZID=Europe/Paris:20270501T223000
      SUMMARY:Nuit à l’Opéra\\, suite
      ~et fin
      LOCATION:Opéra Garnier\\, Paris
      CATEGORIES:Concert
      URL:https://opera.example/nuit`)
    expect(one('ics', text)?.body).toMatchObject({
      title: { en: 'Nuit à l’Opéra, suiteet fin' },
      startsAt: '2027-05-01T18:00:00Z',
      endsAt: '2027-05-01T20:30:00Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Opéra Garnier, Paris', online: false },
      category: 'concert',
    })
  })

  it.each([
    ['DTSTART:20270501T180000Z\nDURATION:PT90M', '2027-05-01T18:00:00.000Z', '2027-05-01T19:30:00Z', 'UTC'],
    ['DTSTART:20270501T180000Z', '2027-05-01T18:00:00.000Z', '2027-05-01T20:00:00Z', 'UTC'],
    ['DTSTART;VALUE=DATE:20270501', '2027-05-01T00:00:00Z', '2027-05-01T23:59:00Z', 'UTC'],
    ['DTSTART;VALUE=DATE:20270501\nDTEND;VALUE=DATE:20270504', '2027-05-01T00:00:00Z', '2027-05-03T23:59:00Z', 'UTC'],
    [
      'DTSTART;TZID="W. Europe Standard Time":20270501T180000\nDURATION:PT1H',
      '2027-05-01T16:00:00Z',
      '2027-05-01T17:00:00Z',
      'Europe/Berlin',
    ],
    [
      'DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20270501T180000\nDURATION:PT1H',
      '2027-05-01T16:00:00Z',
      '2027-05-01T17:00:00Z',
      'Europe/Paris',
    ],
    ['DTSTART:20270501T180000\nDURATION:PT1H', '2027-05-01T18:00:00Z', '2027-05-01T19:00:00Z', 'UTC'],
    [
      'DTSTART;TZID=Europe/Paris:20270328T023000\nDURATION:PT1H',
      '2027-03-28T01:30:00Z',
      '2027-03-28T02:30:00Z',
      'Europe/Paris',
    ],
  ])('reads %s', (times, startsAt, endsAt, zone) => {
    expect(one('ics', calendar(`UID:1\nSUMMARY:x\nLOCATION:y\n${times}`))?.body).toMatchObject({
      startsAt,
      endsAt,
      timeZone: zone,
    })
  })

  it('takes the next occurrences of what repeats, each an event of its own, and says so', () => {
    const text = calendar(
      'UID:w\nSUMMARY:Weekly\nLOCATION:y\nDTSTART;TZID=Europe/Paris:20260105T190000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Paris:20270111T190000',
    )
    const { records } = parse('ics', text)
    expect(records).toHaveLength(52)
    expect(records[0]?.body.startsAt).toBe('2027-01-04T18:00:00Z')
    expect(records[1]?.body.startsAt).toBe('2027-01-18T18:00:00Z')
    expect(new Set(records.map(({ ref }) => ref)).size).toBe(52)
    expect(records[0]?.notes).toContain('it repeats: 52 occurrences taken')
    const later = parseRecords('ics', text, new Date('2027-02-01T00:00:00Z')).records.map(({ ref }) => ref)
    expect(records.map(({ ref }) => ref)).toContain(later[0])
  })

  it('refuses each broken event with its line and reads the others', () => {
    const text = [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT', // 2
      'SUMMARY:no start',
      'END:VEVENT',
      'BEGIN:VEVENT', // 5
      'SUMMARY:bad date',
      'DTSTART:tomorrow',
      'END:VEVENT',
      'BEGIN:VEVENT', // 9
      'DTSTART:20270501T100000Z',
      'END:VEVENT',
      'BEGIN:VEVENT', // 12
      'SUMMARY:called off',
      'STATUS:CANCELLED',
      'DTSTART:20270501T100000Z',
      'END:VEVENT',
      'BEGIN:VEVENT', // 17
      'SUMMARY:never ended',
      'DTSTART:20270501T100000Z',
      'BEGIN:VEVENT', // 20
      'SUMMARY:good',
      'DTSTART:20270501T100000Z',
      'END:VEVENT',
      'BEGIN:VEVENT', // 24
      'SUMMARY:backwards',
      'DTSTART:20270501T100000Z',
      'DTEND:20270501T090000Z',
      'END:VEVENT',
      'garbage',
    ].join('\n')
    const parsed = parse('ics', text)
    expect(parsed.records.map(({ label }) => label)).toEqual(['good'])
    expect(parsed.refused.map(({ line, label }) => [line, label])).toEqual([
      [2, 'no start'],
      [5, 'bad date'],
      [9, 'event without a summary'],
      [12, 'called off'],
      [17, 'never ended'],
      [24, 'backwards'],
    ])
  })
})

describe('schema.org', () => {
  const event = (own: object = {}) => ({
    '@context': 'https://schema.org',
    '@type': 'MusicEvent',
    name: 'Night',
    startDate: '2027-05-01T20:00',
    endDate: '2027-05-01T22:00',
    location: {
      '@type': 'Place',
      name: 'Olympia',
      address: {
        '@type': 'PostalAddress',
        streetAddress: '28 bd des Capucines',
        addressLocality: 'Paris',
        addressCountry: 'FR',
      },
    },
    ...own,
  })

  it('events have the place’s own time, and a category', () => {
    expect(one('jsonld', JSON.stringify(event()))?.body).toMatchObject({
      startsAt: '2027-05-01T18:00:00Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Olympia', address: '28 bd des Capucines', city: 'Paris', country: 'FR', online: false },
      category: 'concert',
    })
  })

  it('are found in arrays, graphs, lists and pages, in both languages', () => {
    const name = [
      { '@language': 'fr', '@value': 'Nuit' },
      { '@language': 'en', '@value': 'Night' },
    ]
    const graph = { '@graph': [{ '@type': 'Organization' }, event({ '@id': 'https://a.example/1', name })] }
    const list = { '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: event({ name: 'Second' }) }] }
    const page = `<html><head>\n<script type="application/ld+json">${JSON.stringify(graph)}</script>\n<script type="application/ld+json">\n${JSON.stringify([list])}</script>\n<script type="application/ld+json">{broken</script>`
    const parsed = parse('jsonld', page)
    expect(parsed.records.map(({ body, line }) => [line, body.title])).toEqual([
      [2, { fr: 'Nuit', en: 'Night' }],
      [4, { en: 'Second' }],
    ])
    expect(parsed.refused).toEqual([{ line: 5, label: '{broken', reason: 'it is not valid JSON' }])
  })

  it('are refused without a start, without a place, or when cancelled', () => {
    const texts = [
      event({ startDate: undefined }),
      event({ location: undefined, name: 'b' }),
      event({ eventStatus: 'https://schema.org/EventCancelled', name: 'c' }),
      event({
        location: { '@type': 'VirtualLocation', url: 'https://x.example' },
        name: 'd',
        startDate: '2027-05-01T20:00:00+02:00',
      }),
    ]
    const parsed = parse('jsonld', `[\n${texts.map((one) => JSON.stringify(one)).join(',\n')}]`)
    expect(parsed.refused).toEqual([
      { line: 2, label: 'Night', reason: 'it has no startDate' },
      { line: 3, label: 'b', reason: 'it has no place and is not online' },
      { line: 4, label: 'c', reason: 'it is cancelled' },
    ])
    expect(parsed.records[0]?.body).toMatchObject({ venue: { online: true }, startsAt: '2027-05-01T18:00:00Z' })
    expect(reasons('jsonld', '{}')).toEqual([[1, 'it holds no schema.org Event']])
  })
})

describe('tables', () => {
  it('are read with French headers, semicolons, a byte order mark, decimal commas and a place on sale', () => {
    const text =
      '\ufeffTitre;Début;Heure;Fin;Heure de fin;Lieu;Ville;Pays;Catégorie;Prix;Devise;Places\r\n"Nuit; à l’Opéra";01/05/2027;20h30;;23:00;Garnier;Paris;France;Opéra;49,50;EUR;200\r\n'
    const record = one('csv', text)
    expect(record?.line).toBe(2)
    expect(record?.ticketTypes).toEqual([{ name: 'Standard', priceMinor: 4950, currency: 'EUR', capacity: 200 }])
    expect(record?.body).toMatchObject({
      title: { fr: 'Nuit; à l’Opéra' },
      startsAt: '2027-05-01T18:30:00Z',
      endsAt: '2027-05-01T21:00:00Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Garnier', city: 'Paris', country: 'FR' },
      category: 'theatre',
    })
  })

  it('are read with English headers, commas, both languages and ISO dates', () => {
    const text =
      'id,title_en,title_fr,start,end,timezone,online\n7,Night,Nuit,2027-05-01 20:00,2027-05-01T22:00,Europe/Brussels,yes\n'
    expect(one('csv', text)?.body).toMatchObject({
      title: { en: 'Night', fr: 'Nuit' },
      startsAt: '2027-05-01T18:00:00Z',
      endsAt: '2027-05-01T20:00:00Z',
      venue: { online: true },
    })
  })

  it('have their rows refused one by one, with the line where each begins', () => {
    const text =
      'title,start,end,city,country,timezone,price,capacity\n' +
      'ok,2027-05-01,,Paris,France,,,\n' + // 2
      ',2027-05-01,,Paris,France,,,\n' + // 3
      'no start,,,Paris,France,,,\n' + // 4
      'bad,31/02/2027,,Paris,France,,,\n' + // 5
      'zone,2027-05-01,,Paris,France,Mars/Base,,\n' + // 6
      '"two\nlines",2027-05-01,,Paris,France,,,\n' + // 7, 8
      'price,2027-05-01,,Paris,France,,cheap,10\n' + // 9
      'short\n' + // 10
      'nowhere,2027-05-01\n' // 11
    const parsed = parse('csv', text)
    expect(parsed.records.map(({ label, line }) => [line, label])).toEqual([
      [2, 'ok'],
      [7, 'two\nlines'],
    ])
    expect(parsed.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'it has no title'],
      [4, 'it has no start'],
      [5, '"2027-02-31T09:00" is not a date'],
      [6, '"Mars/Base" is not a time zone'],
      [9, '"cheap " is not a price'],
      [10, 'it has no start'],
      [11, 'it has no place and is not online'],
    ])
    expect(reasons('csv', 'a,b\n1,2\n')[0]?.[1]).toMatch(/column for the title/)
    expect(parse('csv', '').refused).toHaveLength(1)
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    'BEGIN:VEVENT',
    'END:VEVENT',
    'BEGIN:VCALENDAR',
    'DTSTART:20270501T100000Z',
    'DTSTART;TZID=x:20270501',
    'RRULE:FREQ=SECONDLY',
    'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'SUMMARY:x',
    'DURATION:-P1D',
    '\n',
    '\r\n',
    ' ',
    ',',
    ';',
    '"',
    '[',
    ']',
    '{',
    '}',
    ':',
    '"name":',
    '"startDate":',
    '"2027-05-01"',
    '"@type":"Event"',
    '"@graph":[',
    'null',
    '1e999',
    'title',
    'start',
    '2027-05-01',
    '\u0000',
    '\ufeff',
    '\ud800',
    '<script type="application/ld+json">',
    '</script>',
    '\\',
  )
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('\n')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
  )

  it.each(formats)('as %s never throws; every record is an event or refused with a reason', (format) => {
    fc.assert(
      fc.property(text, (input) => {
        const { records, refused } = parse(format, input)
        for (const { body, ref, line } of records) {
          expect(ref).toMatch(/^[\w-]{32}$/)
          expect(line).toBeGreaterThan(0)
          expect(Object.values(body.title).join('')).not.toBe('')
          expect(Date.parse(body.endsAt)).toBeGreaterThan(Date.parse(body.startsAt))
        }
        for (const { reason, line } of refused) {
          expect(reason).not.toBe('')
          expect(line).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('has a format that is guessed from what it holds, then from its name', () => {
    expect(guessFormat('x.txt', 'BEGIN:VCALENDAR\n')).toBe('ics')
    expect(guessFormat('x.json', '[{"name":"x"}]')).toBe('conferences')
    expect(guessFormat('x.json', '[{"@type":"Event"}]')).toBe('jsonld')
    expect(guessFormat('x.json', '{"@graph":[]}')).toBe('jsonld')
    expect(guessFormat('x.html', '\n<!doctype html>')).toBe('jsonld')
    expect(guessFormat('x.csv', 'title,start\n')).toBe('csv')
    expect(guessFormat('x', 'titre;début\n')).toBe('csv')
    expect(guessFormat('x.bin', '\u0001\u0002')).toBeUndefined()
  })
})

describe('--ticket-type', () => {
  it.each([
    ['Standard:49.00 EUR:200', { name: 'Standard', priceMinor: 4900, currency: 'EUR', capacity: 200 }],
    ['Tarif: réduit:12,5 €:10', { name: 'Tarif: réduit', priceMinor: 1250, currency: 'EUR', capacity: 10 }],
    ['Free:0:50', { name: 'Free', priceMinor: 0, currency: 'EUR', capacity: 50 }],
    ['S:1200 JPY:5', { name: 'S', priceMinor: 1200, currency: 'JPY', capacity: 5 }],
    ['D:1.250 KWD:5', { name: 'D', priceMinor: 1250, currency: 'KWD', capacity: 5 }],
    ['H:1.500 HUF:5', { name: 'H', priceMinor: 150_000, currency: 'HUF', capacity: 5 }],
  ])('%s', (option, expected) => {
    expect(readTicketTypeOption(option)).toEqual(expected)
  })

  it.each([
    '',
    'Standard',
    'Standard:49:200',
    'Standard:-1 EUR:5',
    'S:4.999 EUR:x',
    'S:1.5 JPY:5',
    ':1 EUR:5',
    'S:1 EURO:5',
  ])('refuses "%s"', (option) => {
    expect(() => readTicketTypeOption(option)).toThrow(/is not like/)
  })

  it('reads every amount that it could have written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.constantFrom('EUR', 'JPY', 'KWD'),
        (priceMinor, currency) => {
          const digits = { EUR: 2, JPY: 0, KWD: 3 }[currency] ?? 2
          const text = (priceMinor / 10 ** digits).toFixed(digits)
          expect(parsePrice(`${text} ${currency}`)).toEqual({ priceMinor, currency })
          expect(parsePrice(`${text.replace('.', ',')} ${currency}`)).toEqual({ priceMinor, currency })
        },
      ),
    )
  })
})
