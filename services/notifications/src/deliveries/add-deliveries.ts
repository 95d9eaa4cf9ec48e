import type { Language } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Db, Tx } from '../db.ts'
import { type Channel, type Kind, ruleOf, type SkipReason } from '../kinds.ts'

export interface Addressee {
  /** The fact that is told; see the unique key of the table. */
  source: string
  kind: Kind
  channel: Channel
  recipientKey: string
  orderId?: string
  /** Of the order, and passed on to who this goes to. */
  ticketId?: string
  eventId?: string
  organizerId?: string
  userId?: string
  announcementId?: string
  language?: Language
  /** Who it goes to, when that is known before it is sent. */
  recipient?: { name: string | null; address: string }
  /** Not before this; without it, now. */
  dueAt?: Date
  /** After this it is skipped. */
  expiresAt?: Date
  bulkMessageId?: string
  reminderRuleId?: string
  resendOf?: string
  /** It is known already that it may not go: only written down, so that it is counted. */
  skip?: SkipReason
}

/** Plans messages, each once for its fact: repeating this adds nothing. Ids are UUIDs. Returns how many are new. */
export async function addDeliveries(db: Db | Tx, now: Date, addressees: readonly Addressee[]): Promise<number> {
  if (addressees.length === 0) return 0
  const rows = addressees.map((addressee) => ({
    id: newUuid(now.getTime()),
    kind: addressee.kind,
    channel: addressee.channel,
    source: addressee.source,
    recipient_key: addressee.recipientKey,
    order_id: addressee.orderId ?? null,
    ticket_id: addressee.ticketId ?? null,
    event_id: addressee.eventId ?? null,
    organizer_id: addressee.organizerId ?? null,
    user_id: addressee.userId ?? null,
    announcement_id: addressee.announcementId ?? null,
    priority: ruleOf(addressee.kind).priority,
    language: addressee.language ?? null,
    state: addressee.skip ? ('skipped' as const) : ('pending' as const),
    skip_reason: addressee.skip ?? null,
    recipient_name: addressee.recipient?.name ?? null,
    recipient_address: addressee.recipient?.address ?? null,
    next_attempt_at: addressee.dueAt ?? now,
    expires_at: addressee.expiresAt ?? null,
    bulk_message_id: addressee.bulkMessageId ?? null,
    reminder_rule_id: addressee.reminderRuleId ?? null,
    resend_of: addressee.resendOf ?? null,
    created_at: now,
  }))
  const added = await db
    .insertInto('delivery')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return Number(added.numInsertedOrUpdatedRows ?? 0n)
}
