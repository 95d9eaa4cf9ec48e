import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { toUuid } from '@guichet/server'
import type { EventRow, EventsDb, EventsTx, EventTable } from '../db.ts'

export const SUMMARY_COLUMNS = [
  'id',
  'organizer_id',
  'status',
  'title',
  'starts_at',
  'ends_at',
  'time_zone',
  'venue',
  'category',
  'image_id',
  'image_source_url',
  'image_alt',
  'url',
  'published_at',
  'cancelled_at',
  'cancellation_reason',
  'version',
  'created_at',
  'updated_at',
] as const satisfies (keyof EventTable)[]

const COLUMNS = [
  ...SUMMARY_COLUMNS,
  'description',
  'search_text',
  'city_key',
  'import_ref',
  'import_digest',
] as const satisfies (keyof EventTable)[]

/** The event of a TypeID, or `not-found`. */
export async function findEvent(db: EventsDb, eventId: string): Promise<EventRow> {
  const row = await db.selectFrom('event').select(COLUMNS).where('id', '=', toUuid('evt', eventId)).executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return row
}

/** The event as it is now, kept from others until the commit. */
export async function lockEvent(tx: EventsTx, id: string): Promise<EventRow> {
  const row = await tx.selectFrom('event').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return row
}

export async function lockImported(tx: EventsTx, organizerId: string, ref: string): Promise<EventRow | undefined> {
  return tx
    .selectFrom('event')
    .select(COLUMNS)
    .where('organizer_id', '=', organizerId)
    .where('import_ref', '=', ref)
    .forUpdate()
    .executeTakeFirst()
}

/** Undefined when another request has just imported the same record. */
export async function insertEvent(tx: EventsTx, row: Omit<EventRow, 'version'>): Promise<EventRow | undefined> {
  return tx
    .insertInto('event')
    .values({ ...row, version: 1 })
    .onConflict((conflict) => conflict.constraint('event_import_ref_unique').doNothing())
    .returning(COLUMNS)
    .executeTakeFirst()
}

/** Writes the changes and moves the version on. The row must be locked. */
export async function changeEvent(
  tx: EventsTx,
  row: EventRow,
  changes: Partial<Omit<EventTable, 'id' | 'organizer_id' | 'version' | 'created_at' | 'updated_at'>>,
  now: Date,
): Promise<EventRow> {
  return tx
    .updateTable('event')
    .set({ ...changes, version: sql<number>`version + 1`, updated_at: now })
    .where('id', '=', row.id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}
