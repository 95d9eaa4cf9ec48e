import type { Generated, JSONColumnType } from 'kysely'
import type { Localised } from '../events/tables.ts'
import type { Channel } from '../kinds.ts'

export const RULE_STATES = ['waiting', 'begun', 'missed', 'called-off'] as const

export interface ReminderRuleTable {
  id: string
  organizer_id: string
  event_id: string
  days_before: number | null
  at_time: string | null
  minutes_before: number | null
  channels: Channel[]
  note: JSONColumnType<Localised>
  state: (typeof RULE_STATES)[number]
  due_at: Date
  begun_at: Date | null
  version: Generated<number>
  created_at: Date
  updated_at: Date
  removed_at: Date | null
}

export interface ReminderTables {
  reminder_rule: ReminderRuleTable
}
