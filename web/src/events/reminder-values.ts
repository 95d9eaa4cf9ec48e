import type { ReminderRule } from '../api/reminders.ts'

/** What the form of a new reminder begins with. */
export const NEW_REMINDER: Record<string, string> = {
  how: 'days',
  days: '1',
  at: '18:00',
  amount: '2',
  unit: 'hours',
  email: 'on',
}

/** A reminder as its form shows it. */
export function valuesOfRule({ timing, channels, note }: ReminderRule): Record<string, string> {
  const values: Record<string, string> = { ...NEW_REMINDER, email: '' }
  for (const channel of channels) values[channel] = 'on'
  for (const [language, text] of Object.entries(note)) values[`note-${language}`] = text ?? ''
  if ('daysBefore' in timing) return { ...values, days: String(timing.daysBefore), at: timing.at }
  const hours = timing.minutesBefore / 60
  return Number.isInteger(hours)
    ? { ...values, how: 'hours', amount: String(hours) }
    : { ...values, how: 'hours', amount: String(timing.minutesBefore), unit: 'minutes' }
}
