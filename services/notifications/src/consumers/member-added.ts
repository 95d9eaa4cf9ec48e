import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

/**
 * accounts.member-added.v1 → who was made a member is told by whom they now work for, unless they have left since. The
 * organizer is in the source: the mail is one to an account, which no organizer may look at.
 */
export function onMemberAdded(now: () => Date) {
  return async (tx: Tx, { id, data }: Message<{ userId: string; organizerId: string }>): Promise<void> => {
    const userId = uuidOf('usr', data.userId)
    uuidOf('org', data.organizerId)
    await addDeliveries(tx, now(), [
      { source: `${data.organizerId} ${id}`, kind: 'member-added', channel: 'email', recipientKey: userId, userId },
    ])
  }
}
