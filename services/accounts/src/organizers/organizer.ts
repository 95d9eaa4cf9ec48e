import { DomainError } from '@guichet/problem'
import { organizerIdOf } from '../account-ids.ts'
import type { Db, Tx } from '../db.ts'

export interface OrganizerRow {
  id: string
  name: string
  contact_email: string | null
  version: number
  created_at: Date
}

/** What its members see; strangers get the id and the name alone. */
export function describeOrganizer(row: OrganizerRow) {
  return {
    id: organizerIdOf(row.id),
    name: row.name,
    contactEmail: row.contact_email,
    version: row.version,
    createdAt: row.created_at.toISOString(),
  }
}

export async function readOrganizer(db: Db, uuid: string): Promise<OrganizerRow> {
  const row = await db
    .selectFrom('organizer')
    .select(['id', 'name', 'contact_email', 'version', 'created_at'])
    .where('id', '=', uuid)
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return row
}

/** Membership changes of an organizer come one after another, so that its last owner can't leave twice at once. */
export async function lockOrganizer(tx: Tx, uuid: string): Promise<OrganizerRow> {
  const row = await tx
    .selectFrom('organizer')
    .select(['id', 'name', 'contact_email', 'version', 'created_at'])
    .where('id', '=', uuid)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return row
}

export async function ownersOf(tx: Tx, organizerUuid: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('membership')
    .select('user_id')
    .where('organizer_id', '=', organizerUuid)
    .where('role', '=', 'owner')
    .execute()
  return rows.map((row) => row.user_id)
}
