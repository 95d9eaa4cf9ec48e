import type { Selectable } from 'kysely'
import type { EventCopy } from '../events/event-copy.ts'
import { dueAt, type Timing } from './due-at.ts'
import type { ReminderRuleTable } from './tables.ts'

export type ReminderRule = Selectable<ReminderRuleTable>

export const RULE_COLUMNS = [
  'id',
  'organizer_id',
  'event_id',
  'days_before',
  'at_time',
  'minutes_before',
  'channels',
  'note',
  'state',
  'due_at',
  'begun_at',
  'version',
  'created_at',
  'updated_at',
  'removed_at',
] as const satisfies readonly (keyof ReminderRuleTable)[]

export function timingOf(rule: Pick<ReminderRule, 'days_before' | 'at_time' | 'minutes_before'>): Timing {
  return rule.minutes_before === null
    ? { daysBefore: rule.days_before ?? 0, at: rule.at_time ?? '00:00' }
    : { minutesBefore: rule.minutes_before }
}

/** What a rule that has sent nothing waits for; one whose time is over is missed, and not made up for. */
export function scheduleOf(
  timing: Timing,
  event: Pick<EventCopy, 'starts_at' | 'time_zone' | 'status'>,
  now: Date,
): { due_at: Date; state: 'waiting' | 'missed' | 'called-off' } {
  const due_at = dueAt(timing, event)
  if (event.status !== 'published') return { due_at, state: 'called-off' }
  return { due_at, state: due_at > now && due_at < event.starts_at ? 'waiting' : 'missed' }
}
