import { inTransaction } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { findEventCopy } from '../events/event-copy.ts'
import { RULE_COLUMNS } from './rule.ts'

/**
 * Begins one reminder whose time has come: one transaction, so that it begins once, whatever dies. False when there is
 * none. A process that was away begins late; once the event has begun, never.
 */
export async function beginReminder(ctx: Context): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.now()
    const rule = await tx
      .selectFrom('reminder_rule')
      .select(RULE_COLUMNS)
      .where('state', '=', 'waiting')
      .where('removed_at', 'is', null)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!rule) return false
    const event = await findEventCopy(tx, rule.event_id)
    const late = !event || event.starts_at <= now
    await tx
      .updateTable('reminder_rule')
      .set(late ? { state: 'missed' } : { state: 'begun', begun_at: now })
      .where('id', '=', rule.id)
      .execute()
    if (late) return true
    await addAnnouncement(tx, now, {
      kind: 'event-reminder',
      source: `${toId('rem', rule.id)} ${rule.due_at.toISOString()} v${rule.version}`,
      eventId: rule.event_id,
      organizerId: rule.organizer_id,
      facts: {},
      reminderRuleId: rule.id,
      channels: rule.channels,
      messagesExpireAt: event.starts_at,
    })
    return true
  })
}
