import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Db, Tx } from '../db.ts'
import { type ReminderRule, timingOf } from './rule.ts'
import type { RuleAnswer } from './rule-schema.ts'

interface Counts {
  id: string
  open: number
  sent: number
  failed: number
  skipped: number
}

/** Rules as the API shows them, with what became of their messages. */
export async function presentRules(db: Db | Tx, rules: readonly ReminderRule[]): Promise<RuleAnswer[]> {
  if (rules.length === 0) return []
  const { rows } = await sql<Counts>`
    select reminder_rule_id as id,
           count(*) filter (where state in ('pending', 'sending', 'retrying'))::int as open,
           count(*) filter (where state in ('sent', 'delivered'))::int as sent,
           count(*) filter (where state in ('failed', 'bounced'))::int as failed,
           count(*) filter (where state = 'skipped')::int as skipped
      from delivery where reminder_rule_id = any(${rules.map((rule) => rule.id)}::uuid[])
     group by reminder_rule_id
  `.execute(db)
  const countsOf = new Map(rows.map(({ id, ...counts }) => [id, counts]))
  return rules.map((rule) => ({
    id: toId('rem', rule.id),
    eventId: toId('evt', rule.event_id),
    timing: timingOf(rule),
    channels: rule.channels,
    note: rule.note,
    state: rule.state,
    dueAt: rule.due_at.toISOString(),
    begunAt: rule.begun_at?.toISOString() ?? null,
    messages: countsOf.get(rule.id) ?? { open: 0, sent: 0, failed: 0, skipped: 0 },
    version: rule.version,
  }))
}

export async function presentRule(db: Db | Tx, rule: ReminderRule): Promise<RuleAnswer> {
  const [answer] = await presentRules(db, [rule])
  if (!answer) throw new Error('One rule gives one answer')
  return answer
}
