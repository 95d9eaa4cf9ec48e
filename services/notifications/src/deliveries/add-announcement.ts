import { newUuid } from '@guichet/server'
import type { AnnouncementKind, EventFacts, Tx } from '../db.ts'
import type { Channel } from '../kinds.ts'

/** Plans that every confirmed order of an event hears of a fact, once per `source`. Ids are UUIDs. */
export async function addAnnouncement(
  tx: Tx,
  now: Date,
  what: {
    kind: AnnouncementKind
    source: string
    eventId: string
    organizerId: string
    facts: EventFacts
    reminderRuleId?: string
    channels?: Channel[]
    messagesExpireAt?: Date
  },
): Promise<void> {
  await tx
    .insertInto('announcement')
    .values({
      id: newUuid(now.getTime()),
      kind: what.kind,
      source: what.source,
      event_id: what.eventId,
      organizer_id: what.organizerId,
      facts: JSON.stringify(what.facts),
      reminder_rule_id: what.reminderRuleId ?? null,
      channels: what.channels ?? ['email'],
      messages_expire_at: what.messagesExpireAt ?? null,
      next_attempt_at: now,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
