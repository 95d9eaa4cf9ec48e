import { Temporal } from 'temporal-polyfill'

/** When a reminder goes: so many days before at a time of the venue's clock, or so many minutes before the start. */
export type Timing = { daysBefore: number; at: string } | { minutesBefore: number }

interface Start {
  starts_at: Date
  /** IANA. */
  time_zone: string
}

/**
 * The instant. Days are the venue's calendar days, so that "the day before at 18:00" is that whatever the clocks do
 * between; a time that the clocks leave out becomes the same much later, one that they repeat is the first.
 */
export function dueAt(timing: Timing, { starts_at, time_zone }: Start): Date {
  if ('minutesBefore' in timing) return new Date(starts_at.getTime() - timing.minutesBefore * 60_000)
  const day = Temporal.Instant.fromEpochMilliseconds(starts_at.getTime())
    .toZonedDateTimeISO(knownZone(time_zone))
    .toPlainDate()
    .subtract({ days: timing.daysBefore })
  const due = day.toPlainDateTime(Temporal.PlainTime.from(timing.at)).toZonedDateTime(knownZone(time_zone))
  return new Date(due.epochMilliseconds)
}

/** A zone that this Node does not know (yet) counts as UTC, as it does where times are shown. */
function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}
