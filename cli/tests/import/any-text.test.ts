import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formats, guessFormat } from '../../src/import/read-file.ts'
import { parse } from './reading.ts'

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
