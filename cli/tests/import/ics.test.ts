import { describe, expect, it } from 'vitest'
import { parseRecords } from '../../src/import/read-file.ts'
import { one, parse } from './reading.ts'

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
