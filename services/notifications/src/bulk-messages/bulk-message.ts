import { newUuid } from '@guichet/server'
import type { Selectable } from 'kysely'
import type { Tx } from '../db.ts'
import type { Act, BulkTables } from './tables.ts'

export const BULK_COLUMNS = [
  'id',
  'organizer_id',
  'event_id',
  'purpose',
  'segment',
  'subject',
  'body',
  'state',
  'scheduled_at',
  'begun_at',
  'paged_at',
  'ended_at',
  'page_cursor',
  'last_error',
  'results',
  'version',
  'created_at',
] as const

export type BulkMessage = Pick<Selectable<BulkTables['bulk_message']>, (typeof BULK_COLUMNS)[number]>

/** Writes down who did what; `actorUuid` null: the clock. */
export async function recordAct(
  tx: Tx,
  bulkMessageId: string,
  act: Act,
  actorUuid: string | null,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('bulk_message_act')
    .values({ bulk_message_id: bulkMessageId, id: newUuid(now.getTime()), act, actor_id: actorUuid, at: now })
    .execute()
}
