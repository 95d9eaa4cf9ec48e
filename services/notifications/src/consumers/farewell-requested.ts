import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { addDeliveries } from '../deliveries/add-deliveries.ts'
import { uuidOf } from '../message-ids.ts'

/**
 * accounts.farewell-requested.v1 → the last mail of an account that is gone. It names no user, so that the erasure, which
 * may come before or after, does not call it off; and its address is never written down here.
 */
export function onFarewellRequested(now: () => Date) {
  return async (tx: Tx, { data }: Message<{ farewellId: string }>): Promise<void> => {
    const recipientKey = uuidOf('fwl', data.farewellId)
    await addDeliveries(tx, now(), [
      { source: data.farewellId, kind: 'account-deleted', channel: 'email', recipientKey },
    ])
  }
}
