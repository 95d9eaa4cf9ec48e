import fc from 'fast-check'
import { expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { dayStart } from './day-start.ts'

it('begins a day where it begins', () => {
  const at = (day: string, zone: string) => new Date(dayStart(day, zone)).toISOString()
  expect(at('2026-03-14', 'Europe/Paris')).toBe('2026-03-13T23:00:00.000Z')
  expect(at('2026-07-14', 'Europe/Paris')).toBe('2026-07-13T22:00:00.000Z')
  expect(at('2026-07-14', 'Indian/Reunion')).toBe('2026-07-13T20:00:00.000Z')
  // In Cairo the clocks go from 0 to 1 o'clock: the day begins at 1.
  expect(at('2026-04-24', 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z')
  expect(at('2026-07-14', 'Nowhere/At-All')).toBe('2026-07-14T00:00:00.000Z')
})

it('is on the day, and a moment earlier it was another, in all zones', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Paris',
    'America/Havana',
    'Africa/Cairo',
    'Asia/Beirut',
    'Asia/Kathmandu',
    'Pacific/Apia',
  )
  const day = fc
    .integer({ min: 0, max: 365 * 40 })
    .map((days) => new Date(Date.UTC(1995, 0, 1 + days)).toISOString().slice(0, 10))
  const dayOf = (ms: number, timeZone: string) => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(ms)
  fc.assert(
    fc.property(day, zone, (date, timeZone) => {
      // Samoa left out a day, which then begins with the next.
      expect(dayOf(dayStart(date, timeZone), timeZone) >= date).toBe(true)
      expect(dayOf(dayStart(date, timeZone) - 1, timeZone) < date).toBe(true)
    }),
    casesOf(300),
  )
})
