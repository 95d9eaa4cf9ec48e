import { inTransaction } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { EventFacts, Tx } from '../db.ts'
import { addAnnouncement } from '../deliveries/add-announcement.ts'
import { SLACK_MS } from './check-change.ts'
import { EVENT_COLUMNS, type EventCopy } from './event-copy.ts'
import { type Interlude, interludesOf, type Version } from './interludes.ts'
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
    const { told, since } = await versionsOf(tx, event)
    await tx
      .updateTable('event_copy')
      .set({ told_version: event.version, announce_at: null })
      .where('id', '=', event.id)
      .execute()
    await tx.deleteFrom('event_version').where('event_id', '=', event.id).where('version', '<', event.version).execute()
    if (told && event.starts_at > now) await announce(tx, now, { told, since, event })
    return true
  })
}

/** What attendees believe (the version that they were told, or else the first that there was), and what stood since. */
async function versionsOf(tx: Tx, event: EventCopy): Promise<{ told: Version | undefined; since: Version[] }> {
  const versions = await tx
    .selectFrom('event_version')
    .select(['version', 'starts_at', 'ends_at', 'time_zone', 'venue', 'changed_at'])
    .where('event_id', '=', event.id)
    .where('version', '<=', event.version)
    .orderBy('version')
    .execute()
  const { told_version } = event
  const known = told_version === null ? versions[0] : versions.findLast(({ version }) => version <= told_version)
  return { told: known, since: known ? versions.filter(({ version }) => version > known.version) : [] }
}

/** One announcement of what is another for all; and one for those who bought while yet something else stood. */
async function announce(
  tx: Tx,
  now: Date,
  { told, since, event }: { told: Version; since: readonly Version[]; event: EventCopy },
): Promise<void> {
  const source = `${toId('evt', event.id)} v${event.version}`
  const changed = whatChanged(told, event)
  const apart = interludesOf(since)
    .map((interlude) => ({ interlude, other: whatChanged(interlude, event), bought: whileStood(interlude) }))
    .filter(({ other }) => (other.time && !changed.time) || (other.place && !changed.place))
  await tell(tx, now, {
    source,
    told,
    changed,
    event,
    to: apart.length > 0 ? { toldApart: apart.map(({ bought }) => bought) } : {},
  })
  for (const { interlude, other, bought } of apart) {
    const told = interlude
    await tell(tx, now, { source: `${source} after v${told.version}`, told, changed: other, event, to: bought })
  }
}

function whileStood({ from, until }: Interlude) {
  return { boughtFrom: from.toISOString(), boughtBefore: new Date(until.getTime() + SLACK_MS).toISOString() }
}

async function tell(
  tx: Tx,
  now: Date,
  {
    source,
    told,
    changed,
    event,
    to,
  }: {
    source: string
    told: Version
    changed: ReturnType<typeof whatChanged>
    event: EventCopy
    to: Pick<EventFacts, 'boughtFrom' | 'boughtBefore' | 'toldApart'>
  },
): Promise<void> {
  if (!changed.time && !changed.place) return
  await addAnnouncement(tx, now, {
    kind: changed.time ? 'event-rescheduled' : 'event-moved',
    source,
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
      ...to,
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
