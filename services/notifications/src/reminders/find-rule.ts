import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Db, Tx } from '../db.ts'
import { EVENT_COLUMNS, type EventCopy, findEventCopy } from '../events/event-copy.ts'
import type { Timing } from './due-at.ts'
import { type ReminderRule, RULE_COLUMNS } from './rule.ts'

/** The event, to somebody with the permission; to a stranger the same `not-found` as for nothing. */
export async function eventFor(db: Db, request: FastifyRequest, permission: string): Promise<EventCopy> {
  const { eventId } = request.params as { eventId: string }
  const event = await findEventCopy(db, toUuid('evt', eventId))
  if (!event || event.status === 'deleted') throw new DomainError('not-found')
  authorize(request, permission, toId('org', event.organizer_id))
  return event
}

/** The rule of the path, to somebody who may change it. */
export async function ruleFor(db: Db, request: FastifyRequest): Promise<ReminderRule> {
  const { ruleId } = request.params as { ruleId: string }
  const rule = await readRule(db, toUuid('rem', ruleId))
  authorize(request, 'message.write', toId('org', rule.organizer_id))
  return rule
}

async function readRule(db: Db | Tx, uuid: string, lock = false): Promise<ReminderRule> {
  const rule = await db
    .selectFrom('reminder_rule')
    .select(RULE_COLUMNS)
    .where('id', '=', uuid)
    .where('removed_at', 'is', null)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst()
  if (!rule) throw new DomainError('not-found')
  return rule
}

/** Locks the rule after its event, so that it does not begin while somebody changes it. */
export async function lockRule(tx: Tx, uuid: string): Promise<ReminderRule> {
  return readRule(tx, uuid, true)
}

/** Locks the event before its rules, as the messages about it do, so that none misses a new date. */
export async function lockEventCopy(tx: Tx, eventUuid: string): Promise<EventCopy> {
  return tx
    .selectFrom('event_copy')
    .select(EVENT_COLUMNS)
    .where('id', '=', eventUuid)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** Two rules for the same time would be two mails at once. */
export async function assertNoOther(tx: Tx, eventUuid: string, timing: Timing, ownUuid?: string): Promise<void> {
  let others = tx
    .selectFrom('reminder_rule')
    .select('id')
    .where('event_id', '=', eventUuid)
    .where('removed_at', 'is', null)
  others =
    'minutesBefore' in timing
      ? others.where('minutes_before', '=', timing.minutesBefore)
      : others.where('days_before', '=', timing.daysBefore).where('at_time', '=', timing.at)
  if (ownUuid) others = others.where('id', '!=', ownUuid)
  const other = await others.executeTakeFirst()
  if (other) throw new DomainError('reminder-exists', { reminderRuleId: toId('rem', other.id) })
}
