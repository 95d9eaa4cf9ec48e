import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

/** accounts.email-changed.v1 → who reads the former address is told, with a way back: it may have been somebody else. */
export function onEmailChanged(now: () => Date) {
  return async (tx: Tx, { id, data }: Message<{ userId: string; changeId: string }>): Promise<void> => {
    const userId = uuidOf('usr', data.userId)
    uuidOf('ech', data.changeId)
    await addDeliveries(tx, now(), [
      { source: `${data.changeId} ${id}`, kind: 'email-changed', channel: 'email', recipientKey: userId, userId },
    ])
  }
}
