import { describe, expect, it } from 'vitest'
import type { ReminderRule } from '../src/api/reminders.ts'
import { checkReminder, reminderField, reminderValues } from '../src/events/reminder-form.server.ts'
import { valuesOfRule } from '../src/events/reminder-values.ts'
import { textsOf } from '../src/messages/catalogue.server.ts'

const t = textsOf('en')
const RULE: Omit<ReminderRule, 'timing' | 'channels' | 'note'> = {
  id: 'rem_1',
  state: 'waiting',
  dueAt: '2027-01-01T00:00:00Z',
  begunAt: null,
  messages: { open: 0, sent: 0, failed: 0, skipped: 0 },
  version: 1,
}
const read = (values: Record<string, string>) => checkReminder({ email: 'on', ...values }, t)
const faultsOf = (values: Record<string, string>) => read(values).check.faults.map(({ field }) => field)

describe('the form of a reminder', () => {
  it('reads days before at a time, and what the organizer adds', () => {
    const { check, body } = read({
      how: 'days',
      days: '7',
      at: '18:30',
      sms: 'on',
      'note-fr': 'À pied.',
      'note-en': '',
    })
    expect(check.failed).toBe(false)
    expect(body).toEqual({
      timing: { daysBefore: 7, at: '18:30' },
      channels: ['email', 'sms'],
      note: { fr: 'À pied.' },
    })
  })

  it('reads hours and minutes before the start as minutes', () => {
    expect(read({ how: 'hours', amount: '2', unit: 'hours' }).timing).toEqual({ minutesBefore: 120 })
    expect(read({ how: 'hours', amount: '45', unit: 'minutes' }).timing).toEqual({ minutesBefore: 45 })
    expect(read({ how: 'hours', amount: '1.5', unit: 'hours' }).timing).toEqual({ minutesBefore: 90 })
  })

  it.each([
    [{ how: 'days', days: '', at: '18:00' }, ['days']],
    [{ how: 'days', days: '366', at: '18:00' }, ['days']],
    [{ how: 'days', days: '-1', at: '' }, ['days', 'at']],
    [{ how: 'days', days: '1', at: '24:00' }, ['at']],
    [{ how: 'hours', amount: '4', unit: 'minutes' }, ['amount']],
    [{ how: 'hours', amount: 'two', unit: 'hours' }, ['amount']],
    [{ how: 'hours', amount: '9999', unit: 'hours' }, ['amount']],
    [{ how: 'days', days: '1', at: '18:00', email: '' }, ['channels']],
    [{ how: 'days', days: '1', at: '18:00', 'note-en': 'x'.repeat(1_001) }, ['note-en']],
  ] as [Record<string, string>, string[]][])('refuses %o', (values, fields) => {
    expect(faultsOf(values)).toEqual(fields)
  })

  it('knows which input a field of the service is', () => {
    expect(
      ['/timing/daysBefore', '/timing/at', '/timing/minutesBefore', '/note/fr', '/channels'].map(reminderField),
    ).toEqual(['days', 'at', 'amount', 'note-fr', 'channels'])
  })

  it.each([[{ daysBefore: 0, at: '09:30' }], [{ minutesBefore: 120 }], [{ minutesBefore: 45 }]] as [
    ReminderRule['timing'],
  ][])('shows a reminder so that saving it as it is changes nothing: %o', (timing) => {
    const terms = { timing, channels: ['sms'] as 'sms'[], note: { fr: 'À pied.' } }
    const values = valuesOfRule({ ...RULE, ...terms })
    expect(checkReminder(values, t).body).toEqual(terms)
  })

  it('keeps a box that was not ticked as not ticked', () => {
    const data = new FormData()
    data.set('email', 'on')
    expect(reminderValues(data)).toEqual({ email: 'on', sms: '' })
  })
})
