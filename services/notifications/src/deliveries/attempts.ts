import { sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { Claim } from './claim-deliveries.ts'

/**
 * Writes into the send journal that a provider is about to be asked, and begins the lease anew. False when another
 * process has the message: nothing may be sent under this claim any more. An earlier attempt that is still open died with
 * its process: what became of it nobody knows.
 */
export async function beginAttempt(ctx: Context, claim: Claim): Promise<boolean> {
  const now = ctx.now()
  const leaseEndsAt = new Date(now.getTime() + ctx.config.leaseSeconds * 1_000)
  const { numAffectedRows } = await sql`
    with ours as (
      update delivery set next_attempt_at = ${leaseEndsAt}
       where id = ${claim.id} and lease = ${claim.lease}::uuid
      returning id
    ), lost as (
      update attempt set ended_at = ${now}, outcome = 'unknown', reply = 'The process ended before the answer came.'
        from ours where attempt.delivery_id = ours.id and attempt.ended_at is null
    )
    insert into attempt (delivery_id, number, lease, began_at)
    select id, 1 + (select coalesce(max(number), 0) from attempt where delivery_id = ours.id), ${claim.lease}::uuid, ${now} from ours
  `.execute(ctx.db)
  return numAffectedRows === 1n
}
