import { toId } from '@guichet/server'
import type { Tx } from '../db.ts'
import type { Kind } from '../kinds.ts'

interface Failed {
  id: string
  kind: Kind
  order_id: string | null
  event_id: string | null
  organizer_id: string | null
}

/** TODO filled in once somebody listens: a message without a consumer is never marked as published. */
export async function announceFailed(_tx: Tx, delivery: Failed, why: 'bounced' | 'refused'): Promise<void> {
  void [toId('dlv', delivery.id), why]
}
