import { inTransaction } from '@guichet/database'
import type { Context } from '../context.ts'
import type { WaitingEntryRow } from '../db.ts'
import { endHold } from '../orders/end-holds.ts'
import { closePayment, pendingPayment } from '../payments/check-payment.ts'
import { endEntries } from './end-entries.ts'
import { forgetOffer } from './forget-entries.ts'

/**
 * Takes an entry off the list. If its places were offered in the meantime these go to the next at once, unless they are
 * being paid for: who has paid has bought. Leaving twice is leaving.
 */
export async function leaveList(ctx: Context, entry: WaitingEntryRow): Promise<void> {
  const left = await inTransaction(ctx.db, async (tx) => endEntries(tx, [entry], await ctx.time(tx)))
  if (left > 0) return
  const offered = await ctx.db
    .selectFrom('waiting_entry')
    .select(['event_id', 'order_id'])
    .where('event_id', '=', entry.event_id)
    .where('id', '=', entry.id)
    .executeTakeFirst()
  if (!offered?.order_id) return
  const order = { event_id: offered.event_id, id: offered.order_id }
  const payment = await pendingPayment(ctx, order)
  if (payment) await closePayment(ctx, payment).catch((error) => ctx.log.warn({ err: error }, 'provider away'))
  await inTransaction(ctx.db, async (tx) => {
    if (await endHold(tx, order, 'cancelled', await ctx.time(tx))) await forgetOffer(tx, order.event_id, order.id)
  })
}
