import type { Tx } from '../db.ts'
import type { EventCopy } from '../events/event-copy.ts'
import { OPEN_STATES } from '../kinds.ts'
import { type ReminderRule, RULE_COLUMNS, scheduleOf, timingOf } from './rule.ts'

/**
 * Has the reminders of an event follow its date, or end with it. A rule that moves to a later time reaches, then, those
 * whom it has not reached yet: once per rule and order is once, however often the event moves.
 */
export async function followEvent(tx: Tx, now: Date, event: EventCopy): Promise<void> {
  const rules = await tx
    .selectFrom('reminder_rule')
    .select(RULE_COLUMNS)
    .where('event_id', '=', event.id)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  if (rules.length === 0) return
  const ids = rules.map((rule) => rule.id)
  if (event.status !== 'published') {
    await tx.updateTable('reminder_rule').set({ state: 'called-off' }).where('id', 'in', ids).execute()
    await callOffReminders(tx, now, ids, 'The event takes place no more.')
    return
  }
  for (const rule of rules) await follow(tx, now, rule, event)
  // What is not sent yet is of use until the event begins, whenever that is now.
  await tx
    .updateTable('delivery')
    .set({ expires_at: event.starts_at })
    .where('reminder_rule_id', 'in', ids)
    .where('state', 'in', OPEN_STATES)
    .execute()
}

async function follow(tx: Tx, now: Date, rule: ReminderRule, event: EventCopy): Promise<void> {
  const next = scheduleOf(timingOf(rule), event, now)
  if (next.due_at.getTime() === rule.due_at.getTime()) return
  // It has begun, and the new time is over as well: what is under way goes on.
  if (rule.state === 'begun' && next.state === 'missed') return
  await tx
    .updateTable('reminder_rule')
    .set({ ...next, begun_at: null })
    .where('id', '=', rule.id)
    .execute()
  if (rule.state === 'begun') await endAnnouncements(tx, now, [rule.id])
  // Planned before the event moved, and not sent: at the new time, or now when that is over, as it is for who moves it back.
  await planAgain(tx, rule.id, next.state === 'waiting' ? next.due_at : now)
}

/** Has what a rule has planned, and not sent, go at another time. */
export async function planAgain(tx: Tx, ruleUuid: string, at: Date): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({ next_attempt_at: at })
    .where('reminder_rule_id', '=', ruleUuid)
    .where('state', 'in', ['pending', 'retrying'])
    .execute()
}

/** Ends what these rules have planned and not sent. */
export async function callOffReminders(tx: Tx, now: Date, ruleIds: readonly string[], why: string): Promise<void> {
  await endAnnouncements(tx, now, ruleIds)
  await tx
    .updateTable('delivery')
    .set({ state: 'skipped', skip_reason: 'called-off', lease: null, last_error: why })
    .where('reminder_rule_id', 'in', ruleIds)
    .where('state', 'in', ['pending', 'retrying'])
    .execute()
}

async function endAnnouncements(tx: Tx, now: Date, ruleIds: readonly string[]): Promise<void> {
  await tx
    .updateTable('announcement')
    .set({ done_at: now, lease: null })
    .where('reminder_rule_id', 'in', ruleIds)
    .where('done_at', 'is', null)
    .execute()
}
