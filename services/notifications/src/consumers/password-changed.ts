import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

/** accounts.password-changed.v1 → the account's owner is told, once per change: it may have been somebody else. */
export function onPasswordChanged(now: () => Date) {
  return async (tx: Tx, { id, data }: Message<{ userId: string }>): Promise<void> => {
    const userId = uuidOf('usr', data.userId)
    await addDeliveries(tx, now(), [
      { source: id, kind: 'password-changed', channel: 'email', recipientKey: userId, userId },
    ])
  }
}
