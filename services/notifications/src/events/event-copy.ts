import type { Selectable } from 'kysely'
import type { Db, Tx } from '../db.ts'
import type { EventCopyTable } from './tables.ts'

export type EventCopy = Selectable<EventCopyTable>

export const EVENT_COLUMNS = [
  'id',
  'organizer_id',
  'version',
  'status',
  'title',
  'starts_at',
  'ends_at',
  'time_zone',
  'venue',
  'changed_at',
  'told_version',
  'announce_at',
] as const satisfies readonly (keyof EventCopyTable)[]

/** What we know of an event; undefined for a draft, which nobody was told of. */
export async function findEventCopy(db: Db | Tx, eventUuid: string): Promise<EventCopy | undefined> {
  return db.selectFrom('event_copy').select(EVENT_COLUMNS).where('id', '=', eventUuid).executeTakeFirst()
}
