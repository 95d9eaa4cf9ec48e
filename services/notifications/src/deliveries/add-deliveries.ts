import type { Language } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Channel, Db, Kind, Tx } from '../db.ts'

export interface Addressee {
  /** The fact that is told; see the unique key of the table. */
  source: string
  kind: Kind
  channel: Channel
  recipientKey: string
  orderId?: string
  eventId?: string
  organizerId?: string
  userId?: string
  announcementId?: string
  language?: Language
}

const MANY: ReadonlySet<Kind> = new Set(['event-cancelled', 'event-rescheduled'])

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
    event_id: addressee.eventId ?? null,
    organizer_id: addressee.organizerId ?? null,
    user_id: addressee.userId ?? null,
    announcement_id: addressee.announcementId ?? null,
    priority: MANY.has(addressee.kind) ? 1 : 0,
    language: addressee.language ?? null,
    state: 'pending' as const,
    next_attempt_at: now,
    created_at: now,
  }))
  const added = await db
    .insertInto('delivery')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return Number(added.numInsertedOrUpdatedRows ?? 0n)
}
