import { addToOutbox } from '@guichet/messaging'
import { userIdOf } from '../account-ids.ts'
import type { Tx } from '../db.ts'

/** Has the account's owner told that its password is another: it may have been somebody else who changed it. */
export async function announcePassword(tx: Tx, userUuid: string, how: 'changed' | 'reset', at: Date): Promise<void> {
  const userId = userIdOf(userUuid)
  await addToOutbox(tx, {
    type: 'accounts.password-changed.v1',
    subject: userId,
    data: { userId, how, changedAt: at.toISOString() },
  })
}
