import { sql } from '@guichet/database'
import { decodeCursor, encodeCursor, toId } from '@guichet/server'
import type { Db } from '../db.ts'
import type { PublicEvent } from './public-events.ts'

interface Row {
  id: string
  type: string
  occurred_at: Date
  data: Record<string, unknown>
  test: boolean
  written_by: string
}

/** The place after everything that is committed: from here on nothing is missed. */
export async function presentPlace(db: Db): Promise<string> {
  const { rows } = await sql<{ xmin: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(db)
  return encodeCursor([rows[0]?.xmin ?? '0', null])
}

/**
 * The events of an organizer after a place, in the order of their transactions, and the place after them. Reads only up to the
 * oldest transaction that still runs: one that commits late is read late, and never passed over.
 */
export async function eventsAfter(
  db: Db,
  organizerId: string,
  place: string,
  limit: number,
): Promise<{ events: PublicEvent[]; place: string }> {
  const [writtenBy, id] = decodeCursor(place, 2)
  const from = /^\d{1,19}$/.test(String(writtenBy)) ? String(writtenBy) : '0'
  const after = typeof id === 'string' && UUID.test(id) ? id : null
  const { rows } = await sql<Row>`
    select id, type, occurred_at, data, test, written_by::text from public_event
     where organizer_id = ${organizerId} and written_by >= ${from}::xid8
       and (written_by > ${from}::xid8 or ${after}::uuid is null or id > ${after}::uuid)
       and written_by < pg_snapshot_xmin(pg_current_snapshot())
     order by written_by, id limit ${limit}
  `.execute(db)
  const last = rows.at(-1)
  return {
    events: rows.map((row) => ({
      id: toId('msg', row.id),
      type: row.type,
      timestamp: row.occurred_at.toISOString(),
      data: row.data,
      test: row.test,
    })),
    place: last ? encodeCursor([last.written_by, last.id]) : place,
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
