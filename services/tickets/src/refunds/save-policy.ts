import { assertIfMatch } from '@guichet/server'
import type { Static } from 'typebox'
import type { TicketsTx } from '../db.ts'
import { lockSellingTerms } from '../prices/lock-selling-terms.ts'
import { presentPolicy, type RefundPolicyBody } from './refund-policy.ts'

/** Writes an organizer's policy (`event_id` null) or an event's own. The first has the version 0 before it. */
export async function savePolicy(
  tx: TicketsTx,
  request: Parameters<typeof assertIfMatch>[0],
  key: { organizer_id: string; event_id: string | null },
  body: Static<typeof RefundPolicyBody>,
) {
  // Of a first one there is no row to lock: of two at once, one has not seen the other.
  await lockSellingTerms(tx, key.organizer_id)
  const current = await tx
    .selectFrom('refund_policy')
    .select('version')
    .where('organizer_id', '=', key.organizer_id)
    .where('event_id', 'is not distinct from', key.event_id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  assertIfMatch(request, current?.version ?? 0)
  const terms = {
    enabled: body.enabled,
    until_days: body.untilDays,
    kept_bp: body.keptBp,
    version: (current?.version ?? 0) + 1,
  }
  const row = await tx
    .insertInto('refund_policy')
    .values({ ...key, ...terms })
    .onConflict((conflict) => conflict.constraint('refund_policy_once').doUpdateSet(terms))
    .returning(['enabled', 'until_days', 'kept_bp', 'version'])
    .executeTakeFirstOrThrow()
  return presentPolicy(row)
}
