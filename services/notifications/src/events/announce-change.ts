import { inTransaction } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { EVENT_COLUMNS, type EventCopy } from './event-copy.ts'
import { whatChanged } from './what-changed.ts'

/** Has the change of one event told to its attendees, when its time has come. False when there is none. */
export async function announceChange(ctx: Context): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.now()
    const event = await tx
      .selectFrom('event_copy')
      .select(EVENT_COLUMNS)
      .where('announce_at', '<=', now)
      .orderBy('announce_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!event) return false
    const told = await versionTold(tx, event)
    await tx
      .updateTable('event_copy')
      .set({ told_version: event.version, announce_at: null })
      .where('id', '=', event.id)
      .execute()
    await tx.deleteFrom('event_version').where('event_id', '=', event.id).where('version', '<', event.version).execute()
    if (told && event.starts_at > now) await announce(tx, now, told, event)
    return true
  })
}

/** What attendees believe: the version that they were told, or else the first that there was. */
async function versionTold(tx: Tx, event: EventCopy) {
  const versions = tx
    .selectFrom('event_version')
    .select(['starts_at', 'ends_at', 'time_zone', 'venue'])
    .where('event_id', '=', event.id)
    .limit(1)
  return event.told_version === null
    ? versions.orderBy('version').executeTakeFirst()
    : versions.where('version', '<=', event.told_version).orderBy('version', 'desc').executeTakeFirst()
}

async function announce(
  tx: Tx,
  now: Date,
  told: Pick<EventCopy, 'starts_at' | 'ends_at' | 'time_zone' | 'venue'>,
  event: EventCopy,
): Promise<void> {
  const changed = whatChanged(told, event)
  if (!changed.time && !changed.place) return
  await addAnnouncement(tx, now, {
    kind: changed.time ? 'event-rescheduled' : 'event-moved',
    source: `${toId('evt', event.id)} v${event.version}`,
    eventId: event.id,
    organizerId: event.organizer_id,
    messagesExpireAt: event.ends_at,
    facts: {
      version: event.version,
      title: event.title,
      ...periodOf(event),
      venue: event.venue,
      changedAt: event.changed_at.toISOString(),
      ...(changed.time ? { previousStartsAt: told.starts_at.toISOString() } : {}),
      previous: { ...(changed.time ? periodOf(told) : {}), ...(changed.place ? { venue: told.venue } : {}) },
    },
  })
}

function periodOf(event: Pick<EventCopy, 'starts_at' | 'ends_at' | 'time_zone'>) {
  return {
    startsAt: event.starts_at.toISOString(),
    endsAt: event.ends_at.toISOString(),
    timeZone: event.time_zone,
  }
}
