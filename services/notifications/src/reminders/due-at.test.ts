import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { dueAt } from './due-at.ts'

const due = (timing: Parameters<typeof dueAt>[0], starts: string, time_zone = 'Europe/Paris') =>
  dueAt(timing, { starts_at: new Date(starts), time_zone }).toISOString()

describe('when a reminder goes', () => {
  it.each([
    [
      'the day before at 18:00, across the change to summer time',
      '2027-03-28T18:00:00Z',
      1,
      '2027-03-27T17:00:00.000Z',
    ],
    [
      'the day before at 18:00, across the change to winter time',
      '2027-10-31T19:00:00Z',
      1,
      '2027-10-30T16:00:00.000Z',
    ],
    ['a week before at 18:00, in another offset', '2027-04-01T18:00:00Z', 7, '2027-03-25T17:00:00.000Z'],
    ['the same day at 18:00', '2027-06-01T19:00:00Z', 0, '2027-06-01T16:00:00.000Z'],
  ])('is %s', (_title, starts, daysBefore, expected) => {
    expect(due({ daysBefore, at: '18:00' }, starts)).toBe(expected)
  })

  it('counts days by the venue’s calendar, not by ours', () => {
    // Shortly after midnight in Nouméa: in UTC, the day before.
    expect(due({ daysBefore: 1, at: '09:00' }, '2027-05-01T13:30:00Z', 'Pacific/Noumea')).toBe(
      '2027-04-30T22:00:00.000Z',
    )
  })

  it('is as much later as the clocks leave out, when they leave its time out', () => {
    expect(due({ daysBefore: 0, at: '02:30' }, '2027-03-28T18:00:00Z')).toBe('2027-03-28T01:30:00.000Z')
  })

  it('is the first of two, when the clocks repeat its time', () => {
    expect(due({ daysBefore: 0, at: '02:30' }, '2027-10-31T18:00:00Z')).toBe('2027-10-31T00:30:00.000Z')
  })

  it('is minutes before the start, whatever the clocks do', () => {
    expect(due({ minutesBefore: 120 }, '2027-03-28T02:00:00Z')).toBe('2027-03-28T00:00:00.000Z')
  })

  it('takes a zone that is not known for UTC, as the letters do', () => {
    expect(due({ daysBefore: 1, at: '18:00' }, '2027-03-28T18:00:00Z', 'Mars/Olympus')).toBe('2027-03-27T18:00:00.000Z')
  })
})

const ZONES = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/Santiago',
  'Pacific/Apia',
  'UTC',
]

describe('for any event, zone and rule', () => {
  const start = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  const zone = fc.constantFrom(...ZONES)
  const at = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
  const days = fc.integer({ min: 0, max: 365 })

  it('the venue’s clock shows that time on that day, or the clocks leave it out', () => {
    fc.assert(
      fc.property(start, zone, at, days, (starts_at, time_zone, time, daysBefore) => {
        const found = dueAt({ daysBefore, at: time }, { starts_at, time_zone })
        const local = Temporal.Instant.fromEpochMilliseconds(found.getTime()).toZonedDateTimeISO(time_zone)
        const wanted = Temporal.Instant.fromEpochMilliseconds(starts_at.getTime())
          .toZonedDateTimeISO(time_zone)
          .toPlainDate()
          .subtract({ days: daysBefore })
          .toPlainDateTime(Temporal.PlainTime.from(time))
        if (local.toPlainDateTime().equals(wanted)) return
        // Left out: nothing in this zone is called so, and it goes after the gap, on no other occasion.
        const transition = local.getTimeZoneTransition('previous')
        expect(transition).not.toBeNull()
        expect(Temporal.PlainDateTime.compare(local.toPlainDateTime(), wanted)).toBe(1)
        const late = local.toPlainDateTime().since(wanted).total('minutes')
        expect(found.getTime() - Number(transition?.epochMilliseconds)).toBeLessThan(late * 60_000)
      }),
      { numRuns: 2_000 },
    )
  })

  it('more days before is earlier, and a later event is never reminded of earlier', () => {
    fc.assert(
      fc.property(
        start,
        zone,
        at,
        fc.integer({ min: 0, max: 364 }),
        fc.integer({ min: 0, max: 40 * 86_400 }),
        (starts_at, time_zone, time, daysBefore, seconds) => {
          const later = new Date(starts_at.getTime() + seconds * 1_000)
          const of = (event: Date, daysAhead: number) =>
            dueAt({ daysBefore: daysAhead, at: time }, { starts_at: event, time_zone }).getTime()
          expect(of(starts_at, daysBefore + 1)).toBeLessThanOrEqual(of(starts_at, daysBefore))
          expect(of(later, daysBefore)).toBeGreaterThanOrEqual(of(starts_at, daysBefore))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
