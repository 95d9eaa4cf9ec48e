import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { organizerIdOf, userIdOf } from '../account-ids.ts'
import { audit, type Deed } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Role } from '../permissions.ts'
import { cutOffTokens } from '../sessions/cut-off.ts'
import { lockUser } from '../users/user.ts'
import { lockOrganizer, ownersOf } from './organizer.ts'

/**
 * Gives a user a role in an organizer, or (null) none. His access tokens end now, so that the change counts everywhere.
 * @param expected `new`: he must not be a member yet (`member-exists`); `member`: he must be one (`not-found`).
 */
export async function setRole(
  tx: Tx,
  deed: Deed,
  change: { organizerUuid: string; userUuid: string; role: Role | null; expected: 'new' | 'member' },
): Promise<void> {
  const { organizerUuid, userUuid, role } = change
  const organizer = await lockOrganizer(tx, organizerUuid)
  const before = await roleOf(tx, organizerUuid, userUuid)
  if (change.expected === 'new' && before) throw new DomainError('member-exists')
  if (change.expected === 'member' && !before) throw new DomainError('not-found')
  if (before === role) return
  if (before === 'owner' && (await ownersOf(tx, organizerUuid)).length === 1) {
    throw new DomainError('last-owner', {
      organizerId: organizerIdOf(organizerUuid),
      organizerName: organizer.name,
    })
  }
  await lockUser(tx, userUuid)
  if (!before) await assertRoom(tx, userUuid)
  await write(tx, organizerUuid, userUuid, role, deed.at)
  const changedAt = await cutOffTokens(tx, userUuid, deed.at)
  const data = { userId: userIdOf(userUuid), organizerId: organizerIdOf(organizerUuid), role }
  await addToOutbox(tx, {
    type: 'accounts.membership-changed.v1',
    subject: data.userId,
    data: { ...data, changedAt: changedAt.toISOString() },
  })
  // Nobody is told what he has done himself.
  if (!before && deed.actor !== data.userId) {
    const added = { ...data, addedAt: deed.at.toISOString() }
    await addToOutbox(tx, { type: 'accounts.member-added.v1', subject: data.userId, data: added })
  }
  const action = role === null ? 'member.removed' : before ? 'member.role-changed' : 'member.added'
  await audit(tx, deed, action, data.userId, { organizerId: data.organizerId, from: before ?? null, to: role })
}

/** Roles travel in tokens, and those in a cookie of 4,096 bytes: else strangers could add a person until nothing fits. */
const MEMBERSHIPS_MAX = 100

async function assertRoom(tx: Tx, userUuid: string): Promise<void> {
  const { count } = await tx
    .selectFrom('membership')
    .select((row) => row.fn.countAll<string | number>().as('count'))
    .where('user_id', '=', userUuid)
    .executeTakeFirstOrThrow()
  if (Number(count) >= MEMBERSHIPS_MAX) throw new DomainError('memberships-full', { max: MEMBERSHIPS_MAX })
}

async function roleOf(tx: Tx, organizerUuid: string, userUuid: string): Promise<Role | undefined> {
  const row = await tx
    .selectFrom('membership')
    .select('role')
    .where('organizer_id', '=', organizerUuid)
    .where('user_id', '=', userUuid)
    .executeTakeFirst()
  return row?.role
}

async function write(tx: Tx, organizer_id: string, user_id: string, role: Role | null, now: Date): Promise<void> {
  if (role === null) {
    await tx.deleteFrom('membership').where('organizer_id', '=', organizer_id).where('user_id', '=', user_id).execute()
    return
  }
  await tx
    .insertInto('membership')
    .values({ organizer_id, user_id, role, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.columns(['organizer_id', 'user_id']).doUpdateSet({ role, updated_at: now }))
    .execute()
}
