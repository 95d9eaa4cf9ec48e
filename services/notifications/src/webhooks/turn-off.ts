import type { Tx } from '../db.ts'
import type { DisabledReason } from './tables.ts'

/**
 * Nothing goes to the endpoint any more, and nothing is collected for it: what waits has failed, and can be replayed with what
 * happens meanwhile.
 */
export async function turnOff(tx: Tx, endpointId: string, reason: DisabledReason, now: Date): Promise<void> {
  await tx
    .updateTable('webhook_endpoint')
    .set((set) => ({
      enabled: false,
      disabled_reason: reason,
      disabled_at: now,
      owners_due_at: reason === 'by-hand' ? null : now,
      version: set('version', '+', 1),
    }))
    .where('id', '=', endpointId)
    .where('enabled', '=', true)
    .execute()
  await tx
    .updateTable('webhook_delivery')
    .set({ state: 'failed', last_outcome: 'endpoint-off', last_status: null })
    .where('endpoint_id', '=', endpointId)
    .where('state', 'in', ['pending', 'retrying'])
    .execute()
}
