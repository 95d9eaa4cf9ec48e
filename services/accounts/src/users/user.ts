import { DomainError } from '@guichet/problem'
import { organizerIdOf, userIdOf } from '../account-ids.ts'
import type { Db, Tx } from '../db.ts'
import type { Role } from '../permissions.ts'

export interface User {
  id: string
  email: string
  name: string
  locale: 'en' | 'fr'
  admin: boolean
  emailConfirmed: boolean
  version: number
  memberships: { organizerId: string; organizerName: string; role: Role }[]
}

/** The user as he sees himself. An erased one is `not-found`. */
export async function readUser(db: Db | Tx, uuid: string): Promise<User> {
  const row = await db
    .selectFrom('user_account')
    .select(['id', 'email', 'name', 'locale', 'admin', 'email_confirmed_at', 'version'])
    .where('id', '=', uuid)
    .where('erased_at', 'is', null)
    .executeTakeFirst()
  if (!row?.email) throw new DomainError('not-found')
  const memberships = await db
    .selectFrom('membership')
    .innerJoin('organizer', 'organizer.id', 'membership.organizer_id')
    .select(['organizer.id', 'organizer.name', 'membership.role'])
    .where('membership.user_id', '=', uuid)
    .orderBy('organizer.name')
    .execute()
  return {
    id: userIdOf(row.id),
    email: row.email,
    name: row.name,
    locale: row.locale,
    admin: row.admin,
    emailConfirmed: row.email_confirmed_at !== null,
    version: row.version,
    memberships: memberships.map(({ id, name, role }) => ({
      organizerId: organizerIdOf(id),
      organizerName: name,
      role,
    })),
  }
}

/**
 * Every change of a user's password, sessions, role or tokens happens under this lock, so that they come one after
 * another: a token made from the old state can't slip through beside the change.
 */
export async function lockUser(tx: Tx, uuid: string) {
  const row = await lockUserIfAny(tx, uuid)
  if (!row) throw new DomainError('not-found')
  return row
}

export async function lockUserIfAny(tx: Tx, uuid: string) {
  return tx
    .selectFrom('user_account')
    .select(['id', 'email', 'name', 'password_hash', 'admin', 'email_confirmed_at', 'version'])
    .where('id', '=', uuid)
    .where('erased_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}
