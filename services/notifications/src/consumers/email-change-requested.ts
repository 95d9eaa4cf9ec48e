import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

/**
 * accounts.email-change-requested.v1 → a mail with a link to the new address, once per wish; accounts knows which address
 * that is. The change is in the source: its link is asked for when the mail is sent.
 */
export function onEmailChangeRequested(now: () => Date) {
  return async (tx: Tx, { id, data }: Message<{ userId: string; changeId: string }>): Promise<void> => {
    const userId = uuidOf('usr', data.userId)
    uuidOf('ech', data.changeId)
    await addDeliveries(tx, now(), [
      { source: `${data.changeId} ${id}`, kind: 'email-change', channel: 'email', recipientKey: userId, userId },
    ])
  }
}
