import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Tx } from '../db.ts'
import { OPEN_STATES, type State } from '../kinds.ts'
import { DELIVERY_COLUMNS, type DeliveryRow } from './delivery-answer.ts'

const TIMES_MAX = 5
const WITHIN_MS = 3_600_000

/**
 * One more message of the same fact, because somebody asks for it: a delivery of its own, with the content as it is now,
 * to the address that is known now. While an earlier one is still to be sent, that one is the answer. `id` is a UUID.
 */
export async function resend(tx: Tx, id: string, now: Date): Promise<DeliveryRow> {
  const asked = await tx.selectFrom('delivery').select('resend_of').where('id', '=', id).executeTakeFirstOrThrow()
  const first = await tx
    .selectFrom('delivery')
    .select(['id', 'kind', 'channel', 'source', 'recipient_key', 'recipient_name', 'recipient_address', 'language'])
    .select([
      'order_id',
      'ticket_id',
      'event_id',
      'organizer_id',
      'user_id',
      'announcement_id',
      'bulk_message_id',
      'reminder_rule_id',
    ])
    .where('id', '=', asked.resend_of ?? id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const family = await tx
    .selectFrom('delivery')
    .select([...DELIVERY_COLUMNS])
    .where((where) => where.or([where('id', '=', first.id), where('resend_of', '=', first.id)]))
    .orderBy('id', 'desc')
    .execute()
  const open = family.find((row) => (OPEN_STATES as readonly State[]).includes(row.state))
  if (open) return open
  const recent = family.filter((row) => row.resend_of && now.getTime() - row.created_at.getTime() < WITHIN_MS)
  if (recent.length >= TIMES_MAX) throw new DomainError('resent-too-often', { max: TIMES_MAX })
  return tx
    .insertInto('delivery')
    .values({
      id: newUuid(now.getTime()),
      kind: first.kind,
      channel: first.channel,
      source: first.source,
      recipient_key: first.recipient_key,
      order_id: first.order_id,
      ticket_id: first.ticket_id,
      event_id: first.event_id,
      organizer_id: first.organizer_id,
      user_id: first.user_id,
      announcement_id: first.announcement_id,
      bulk_message_id: first.bulk_message_id,
      reminder_rule_id: first.reminder_rule_id,
      recipient_name: first.recipient_name,
      recipient_address: first.recipient_address,
      language: first.language,
      resend_of: first.id,
      priority: 0,
      state: 'pending',
      next_attempt_at: now,
      created_at: now,
    })
    .returning([...DELIVERY_COLUMNS])
    .executeTakeFirstOrThrow()
}
