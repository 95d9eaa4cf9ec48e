import type { RequestEvent } from '@sveltejs/kit'
import { call } from '../api/call.server.ts'
import type { ReminderPreview } from '../api/reminders.ts'
import { Check } from '../forms/check.server.ts'
import { refusalOf, refuse, shownValues, textsFor, textValues } from '../forms/refusal.server.ts'
import type { Translate } from '../messages/text.ts'

/** When a reminder goes, as notifications takes it. */
export type ReminderTiming = { daysBefore: number; at: string } | { minutesBefore: number }

/** The form of a reminder as text; boxes that are not ticked are empty. */
export function reminderValues(data: FormData): Record<string, string> {
  return { email: '', sms: '', ...textValues(data) }
}

/** Reads the form of a reminder into the body that makes it, or changes it. */
export function checkReminder(
  values: Record<string, string>,
  t: Translate,
): { check: Check; timing: ReminderTiming; body: Record<string, unknown> } {
  const check = new Check(values, t)
  const timing = values.how === 'hours' ? hoursIn(values, check, t) : daysIn(values, check, t)
  const channels = (['email', 'sms'] as const).filter((channel) => values[channel] === 'on')
  if (channels.length === 0) check.refuse('channels', t('console.reminder.channelMissing'))
  const note = Object.fromEntries(
    (['fr', 'en'] as const).flatMap((language) => {
      const text = values[`note-${language}`] ?? ''
      if (text.length > 1_000) check.refuse(`note-${language}`, t('console.reminder.noteLong', { most: 1_000 }))
      return text ? [[language, text]] : []
    }),
  )
  return { check, timing, body: { timing, channels, note } }
}

function daysIn({ days = '', at = '' }: Record<string, string>, check: Check, t: Translate): ReminderTiming {
  const daysBefore = Number(days || 'none')
  if (!Number.isInteger(daysBefore) || daysBefore < 0 || daysBefore > 365) {
    check.refuse('days', t('console.reminder.daysFault', { most: 365 }))
  }
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(at)) check.refuse('at', t('console.reminder.atFault'))
  return { daysBefore, at }
}

function hoursIn({ amount = '', unit }: Record<string, string>, check: Check, t: Translate): ReminderTiming {
  const minutesBefore = Number(amount || 'none') * (unit === 'minutes' ? 1 : 60)
  if (!Number.isInteger(minutesBefore) || minutesBefore < 5 || minutesBefore > 525_600) {
    check.refuse('amount', t('console.reminder.amountFault'))
  }
  return { minutesBefore }
}

/** When a reminder would go, asked before it is saved and shown beside what was typed. */
export async function previewReminder(event: RequestEvent) {
  const values = reminderValues(await event.request.formData())
  const { check, timing } = checkReminder(values, textsFor(event))
  if (check.failed) return refuse(400, values, check.faults)
  const query = Object.fromEntries(Object.entries(timing).map(([name, value]) => [name, String(value)]))
  try {
    const path = `/v1/events/${event.params.eventId}/reminder-preview`
    const { body } = await call<ReminderPreview>(event, 'notifications', path, { query, as: 'visitor' })
    return { values: shownValues(values), faults: [], preview: body }
  } catch (error) {
    return refusalOf(event, error, values, reminderField)
  }
}

/** The input of a field that the service named. */
export function reminderField(pointer: string): string {
  const parts = pointer.split('/').filter(Boolean)
  if (parts[0] === 'note') return `note-${parts[1] ?? 'en'}`
  return { daysBefore: 'days', at: 'at', minutesBefore: 'amount' }[parts.at(-1) ?? ''] ?? parts[0] ?? ''
}
