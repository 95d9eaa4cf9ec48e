import { DomainError } from '@guichet/problem'
import { userIdOf } from '../account-ids.ts'
import type { Db, Tx } from '../db.ts'

function members(db: Db | Tx, organizerUuid: string) {
  return db
    .selectFrom('membership')
    .innerJoin('user_account', 'user_account.id', 'membership.user_id')
    .select(['user_account.id', 'user_account.name', 'user_account.email', 'membership.role', 'membership.created_at'])
    .where('membership.organizer_id', '=', organizerUuid)
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof members>['executeTakeFirstOrThrow']>>

function describeMember(row: MemberRow) {
  return {
    userId: userIdOf(row.id),
    name: row.name,
    email: row.email ?? '',
    role: row.role,
    since: row.created_at.toISOString(),
  }
}

export async function readMember(tx: Tx, organizerUuid: string, userUuid: string) {
  const row = await members(tx, organizerUuid).where('user_account.id', '=', userUuid).executeTakeFirst()
  if (!row) throw new DomainError('not-found')
  return describeMember(row)
}

/** At most `limit` members by id, after the one given. */
export async function listMembers(db: Db, organizerUuid: string, limit: number, afterUuid: string | undefined) {
  const rows = await members(db, organizerUuid)
    .$if(afterUuid !== undefined, (query) => query.where('user_account.id', '>', afterUuid as string))
    .orderBy('user_account.id')
    .limit(limit + 1)
    .execute()
  return {
    items: rows.slice(0, limit).map(describeMember),
    last: rows.length > limit ? rows[limit - 1]?.id : undefined,
  }
}
