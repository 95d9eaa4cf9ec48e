import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { organizerIdOf, userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { lockOrganizer, ownersOf } from '../organizers/organizer.ts'
import { revokeSessions } from '../sessions/session.ts'
import { sayFarewell } from './farewell.ts'
import { dropLinks } from './one-time-link.ts'
import { lockUser } from './user.ts'

/**
 * Empties the account for good and tells the other services. Only the id stays, because orders elsewhere name it.
 * Refused (`last-owner`) while an organizer would be left without an owner.
 */
export async function eraseUser(tx: Tx, ctx: Context, userUuid: string): Promise<void> {
  await assertNotLastOwner(tx, userUuid)
  await lockUser(tx, userUuid)
  const now = ctx.now()
  await sayFarewell(tx, userUuid, now)
  await tx.deleteFrom('email_change').where('user_id', '=', userUuid).execute()
  await tx.deleteFrom('membership').where('user_id', '=', userUuid).execute()
  await dropLinks(tx, userUuid)
  await revokeSessions(tx, ctx, userUuid, 'erased')
  await tx
    .updateTable('user_account')
    .set((row) => ({
      email: null,
      email_key: null,
      password_hash: null,
      name: '',
      admin: false,
      erased_at: now,
      updated_at: now,
      version: row('version', '+', 1),
    }))
    .where('id', '=', userUuid)
    .execute()
  const userId = userIdOf(userUuid)
  await addToOutbox(tx, { type: 'accounts.user-erased.v1', subject: userId, data: { userId } })
}

/** Organizers are locked before users everywhere, and in the order of their ids, so that nobody waits in a circle. */
async function assertNotLastOwner(tx: Tx, userUuid: string): Promise<void> {
  const memberships = await tx
    .selectFrom('membership')
    .select('organizer_id')
    .where('user_id', '=', userUuid)
    .orderBy('organizer_id')
    .execute()
  for (const { organizer_id } of memberships) {
    const organizer = await lockOrganizer(tx, organizer_id)
    const owners = await ownersOf(tx, organizer_id)
    if (owners.length === 1 && owners[0] === userUuid) {
      throw new DomainError('last-owner', { organizerId: organizerIdOf(organizer_id), organizerName: organizer.name })
    }
  }
}
