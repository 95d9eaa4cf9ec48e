import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Db, Tx } from '../db.ts'
import type { BulkMessage } from './bulk-message.ts'
import type { BulkMessageAnswer } from './bulk-schema.ts'
import type { BulkResults } from './tables.ts'

export const NONE: BulkResults = {
  planned: 0,
  open: 0,
  sent: 0,
  delivered: 0,
  bounced: 0,
  failed: 0,
  skipped: 0,
  withoutConsent: 0,
}

/** What became of the messages of each, which has any. Ids are UUIDs. */
export async function countResults(db: Db | Tx, ids: readonly string[]): Promise<Map<string, BulkResults>> {
  const { rows } = await sql<BulkResults & { id: string }>`
    select bulk_message_id as id, count(*)::int as planned,
           count(*) filter (where state in ('pending', 'sending', 'retrying'))::int as open,
           count(*) filter (where state = 'sent')::int as sent,
           count(*) filter (where state = 'delivered')::int as delivered,
           count(*) filter (where state = 'bounced')::int as bounced,
           count(*) filter (where state = 'failed')::int as failed,
           count(*) filter (where state = 'skipped')::int as skipped,
           count(*) filter (where skip_reason = 'no-consent')::int as "withoutConsent"
      from delivery where bulk_message_id = any(${ids}::uuid[]) and resend_of is null
     group by bulk_message_id`.execute(db)
  return new Map(rows.map(({ id, ...results }) => [id, results]))
}

/** Messages to many as the API shows them, with what became of them. */
export async function presentBulkMessages(db: Db | Tx, messages: readonly BulkMessage[]): Promise<BulkMessageAnswer[]> {
  if (messages.length === 0) return []
  const counted = await countResults(
    db,
    messages.filter(({ results }) => results === null).map(({ id }) => id),
  )
  return messages.map((message) => ({
    id: toId('blk', message.id),
    organizerId: toId('org', message.organizer_id),
    eventId: toId('evt', message.event_id),
    purpose: message.purpose,
    segment: message.segment,
    subject: message.subject,
    body: message.body,
    state: message.state,
    scheduledAt: message.scheduled_at?.toISOString() ?? null,
    begunAt: message.begun_at?.toISOString() ?? null,
    endedAt: message.ended_at?.toISOString() ?? null,
    lastError: message.last_error,
    results: message.results ?? counted.get(message.id) ?? NONE,
    planned: message.paged_at !== null,
    version: message.version,
    createdAt: message.created_at.toISOString(),
  }))
}

/** One, with who did what with it. */
export async function presentBulkMessage(db: Db | Tx, message: BulkMessage): Promise<BulkMessageAnswer> {
  const [answer] = await presentBulkMessages(db, [message])
  if (!answer) throw new Error('One message gives one answer')
  const acts = await db
    .selectFrom('bulk_message_act')
    .select(['act', 'actor_id', 'at'])
    .where('bulk_message_id', '=', message.id)
    .orderBy('id')
    .execute()
  return {
    ...answer,
    acts: acts.map(({ act, actor_id, at }) => ({
      act,
      userId: actor_id && toId('usr', actor_id),
      at: at.toISOString(),
    })),
  }
}
