import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Static } from 'typebox'
import type { Tx } from '../db.ts'
import type { EventCopy } from '../events/event-copy.ts'
import type { Channel } from '../kinds.ts'
import type { Timing } from './due-at.ts'
import { assertNoOther } from './find-rule.ts'
import { planAgain } from './follow-event.ts'
import { type ReminderRule, RULE_COLUMNS, scheduleOf, timingOf } from './rule.ts'
import type { CreateRuleBody, UpdateRuleBody } from './rule-schema.ts'

const RULES_MAX = 20

/** A new rule of a published event, which the caller has locked. */
export async function insertRule(
  tx: Tx,
  event: EventCopy,
  body: Static<typeof CreateRuleBody>,
  now: Date,
): Promise<ReminderRule> {
  const { timing, channels = ['email'], note = {} } = body
  await assertNoOther(tx, event.id, timing)
  await assertRoom(tx, event.id)
  return tx
    .insertInto('reminder_rule')
    .values({
      id: newUuid(now.getTime()),
      organizer_id: event.organizer_id,
      event_id: event.id,
      ...columnsOf(timing),
      channels,
      note: JSON.stringify(note),
      ...waiting(timing, event, now),
      created_at: now,
      updated_at: now,
    })
    .returning(RULE_COLUMNS)
    .executeTakeFirstOrThrow()
}

/** New terms of a rule that has sent nothing yet. */
export async function changeRule(
  tx: Tx,
  event: EventCopy,
  rule: ReminderRule,
  body: Static<typeof UpdateRuleBody>,
  now: Date,
): Promise<ReminderRule> {
  if (rule.state === 'begun') throw new DomainError('reminder-begun', { begunAt: rule.begun_at?.toISOString() ?? null })
  const timing = body.timing ?? timingOf(rule)
  await assertNoOther(tx, event.id, timing, rule.id)
  const schedule = waiting(timing, event, now)
  const channels = body.channels ?? rule.channels
  // It may have begun and then moved with its event: what it has planned since, and not sent, follows the new terms.
  await planAgain(tx, rule.id, schedule.due_at)
  await callOffChannels(tx, rule.id, channels)
  await takeBackChannels(tx, rule.id, channels, schedule.due_at)
  return tx
    .updateTable('reminder_rule')
    .set({
      ...columnsOf(timing),
      ...schedule,
      channels,
      ...(body.note ? { note: JSON.stringify(body.note) } : {}),
      version: rule.version + 1,
      updated_at: now,
    })
    .where('id', '=', rule.id)
    .returning(RULE_COLUMNS)
    .executeTakeFirstOrThrow()
}

/** What goes by a way that the rule no longer takes. */
async function callOffChannels(tx: Tx, ruleUuid: string, kept: readonly Channel[]): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({ state: 'skipped', skip_reason: 'called-off', lease: null, last_error: 'The reminder goes another way now.' })
    .where('reminder_rule_id', '=', ruleUuid)
    .where('channel', 'not in', kept)
    .where('state', 'in', ['pending', 'retrying'])
    .execute()
}

/** What was called off when the rule took another way goes all the same, now that it takes this one again. */
async function takeBackChannels(tx: Tx, ruleUuid: string, kept: readonly Channel[], at: Date): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({ state: 'pending', skip_reason: null, next_attempt_at: at, first_refused_at: null, last_error: null })
    .where('reminder_rule_id', '=', ruleUuid)
    .where('channel', 'in', kept)
    .where('state', '=', 'skipped')
    .where('skip_reason', '=', 'called-off')
    .where('resend_of', 'is', null)
    .execute()
}

/** Whoever sets a time that is over would wait for a mail that never goes: refused. */
function waiting(timing: Timing, event: EventCopy, now: Date) {
  const schedule = scheduleOf(timing, event, now)
  if (schedule.state === 'called-off') throw new DomainError('reminder-event-cancelled')
  if (schedule.state === 'missed') throw new DomainError('reminder-too-late', { dueAt: schedule.due_at.toISOString() })
  return schedule
}

async function assertRoom(tx: Tx, eventUuid: string): Promise<void> {
  const { count } = await tx
    .selectFrom('reminder_rule')
    .select((row) => row.fn.countAll<string>().as('count'))
    .where('event_id', '=', eventUuid)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (Number(count) >= RULES_MAX) throw new DomainError('reminders-full', { max: RULES_MAX })
}

function columnsOf(timing: Timing) {
  return 'minutesBefore' in timing
    ? { days_before: null, at_time: null, minutes_before: timing.minutesBefore }
    : { days_before: timing.daysBefore, at_time: timing.at, minutes_before: null }
}
