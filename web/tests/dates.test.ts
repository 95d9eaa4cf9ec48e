import { describe, expect, it } from 'vitest'
import { calendarLeaf, formatDate, formatStamp, formatTime, whenOf, zoneCity } from '../src/time/dates.ts'
import { isTimeZone, toInstant, toLocal } from '../src/time/local-time.server.ts'

const PARIS = 'Europe/Paris'
const NBSP = '\u00a0'

describe('dates', () => {
  it('are told in the venue’s time, in each language’s way', () => {
    const instant = '2026-03-14T19:30:00Z'
    expect(formatDate(instant, 'fr', PARIS)).toBe('samedi 14 mars 2026')
    expect(formatDate(instant, 'en', PARIS)).toBe('Saturday, 14 March 2026')
    expect(formatTime(instant, 'fr', PARIS)).toBe(`20${NBSP}h${NBSP}30`)
    expect(formatTime('2026-03-14T08:00:00Z', 'fr', PARIS)).toBe(`9${NBSP}h`)
    expect(formatTime(instant, 'en', PARIS)).toBe('20:30')
    expect(formatStamp(instant, 'fr', PARIS)).toBe(`14/03/2026${NBSP}20:30`)
    expect(formatDate('2026-03-14T23:30:00Z', 'fr', 'Indian/Reunion')).toBe('dimanche 15 mars 2026')
    expect(formatDate('2026-12-01T12:00:00Z', 'fr', PARIS)).toBe('mardi 1er décembre 2026')
    expect(calendarLeaf(instant, 'fr', PARIS)).toEqual({ month: 'mars', day: '14' })
    expect(zoneCity('America/Port_of_Spain')).toBe('Port of Spain')
  })

  it('tell an evening with its hours, also past midnight', () => {
    const event = { startsAt: '2026-03-14T19:30:00Z', endsAt: '2026-03-15T02:00:00Z', timeZone: PARIS }
    expect(whenOf(event, 'en')).toEqual({
      kind: 'evening',
      date: 'Saturday, 14 March 2026',
      from: '20:30',
      to: '03:00',
    })
  })

  it('tell whole days without hours, and the last day of several', () => {
    const day = { startsAt: '2026-03-13T23:00:00Z', endsAt: '2026-03-14T23:00:00Z', timeZone: PARIS }
    expect(whenOf(day, 'fr')).toEqual({ kind: 'day', date: 'samedi 14 mars 2026' })
    const days = { startsAt: '2026-03-13T23:00:00Z', endsAt: '2026-03-16T22:59:00Z', timeZone: PARIS }
    expect(whenOf(days, 'fr')).toEqual({ kind: 'days', text: '14–16 mars 2026' })
  })
})

describe('times of a form', () => {
  it('are read in the venue’s zone, on both sides of the change of hour', () => {
    expect(toInstant('2026-03-14T20:30', PARIS)).toBe('2026-03-14T19:30:00Z')
    expect(toInstant('2026-07-14T20:30', PARIS)).toBe('2026-07-14T18:30:00Z')
    expect(toInstant('2026-03-29T02:30', PARIS)).toBe('2026-03-29T01:30:00Z')
    expect(toLocal('2026-07-14T18:30:00Z', PARIS)).toBe('2026-07-14T20:30')
  })

  it('are refused when they are none', () => {
    expect(toInstant('tomorrow', PARIS)).toBeNull()
    expect(toInstant('2026-03-14T20:30', 'Europe/Nowhere')).toBeNull()
    expect(isTimeZone('Europe/Nowhere')).toBe(false)
  })
})
