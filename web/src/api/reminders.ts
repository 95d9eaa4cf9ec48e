import type { ReminderTiming } from '../events/reminder-form.server.ts'
import type { LocalisedText } from '../messages/language.ts'

export interface ReminderRule {
  id: string
  timing: ReminderTiming
  channels: ('email' | 'sms')[]
  note: LocalisedText
  state: 'waiting' | 'begun' | 'missed' | 'called-off'
  dueAt: string
  begunAt: string | null
  messages: { open: number; sent: number; failed: number; skipped: number }
  version: number
}

export interface ReminderRules {
  items: ReminderRule[]
  startsAt: string
  timeZone: string
}

/** When a reminder would go. */
export interface ReminderPreview {
  dueAt: string
  state: ReminderRule['state']
}
