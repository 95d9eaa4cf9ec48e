import { inTransaction, sql } from '@guichet/database'
import { addressKey } from '../consent/address-key.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { Skipped } from '../deliveries/not-sent.ts'

/** How many SMS may be sent at most: what a fault of ours, or somebody who plays, may cost. */
export interface SmsCaps {
  perOrder: number
  /** To one number. */
  perNumberAndDay: number
  perOrganizerAndDay: number
}

/** Counts an SMS before it is sent, once however often it is tried. Throws Skipped when it would be one too many. */
export async function takeAllowance(
  ctx: Pick<Context, 'config' | 'db' | 'keys' | 'now'>,
  claim: Pick<Claim, 'id' | 'orderId' | 'organizerId'>,
  number: string,
): Promise<void> {
  const { perOrder, perNumberAndDay, perOrganizerAndDay } = ctx.config.sms.caps
  const today = ctx.now().toISOString().slice(0, 10)
  await inTransaction(ctx.db, async (tx) => {
    const { rows } = await sql`
      insert into sms_allowed (delivery_id) values (${claim.id}) on conflict do nothing returning delivery_id`.execute(
      tx,
    )
    if (rows.length === 0) return
    // Always in this order, so that two senders never wait for each other.
    if (claim.orderId) await take(tx, `order:${claim.orderId}`, 'ever', perOrder)
    await take(tx, `number:${addressKey(ctx.keys, number).toString('hex')}`, today, perNumberAndDay)
    if (claim.organizerId) await take(tx, `organizer:${claim.organizerId}`, today, perOrganizerAndDay)
  })
}

async function take(tx: Tx, key: string, period: string, cap: number): Promise<void> {
  const { rows } = await sql`
    insert into sms_count (key, period, sent) select ${key}, ${period}, 1 where ${cap}::int > 0
    on conflict (key, period) do update set sent = sms_count.sent + 1 where sms_count.sent < ${cap}
    returning sent`.execute(tx)
  if (rows.length > 0) return
  const whose = key.slice(0, key.indexOf(':'))
  throw new Skipped('capped', `No more SMS for this ${whose}${period === 'ever' ? '' : ' today'}: ${cap} are allowed.`)
}
