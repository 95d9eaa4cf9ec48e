import { inTransaction } from '@guichet/database'
import type { Context } from '../context.ts'
import type { TicketsTx } from '../db.ts'
import { touchTermsOfOrganizer } from '../stock/terms.ts'
import { lockSellingTerms } from './lock-selling-terms.ts'

/** Changes fees or VAT of an organizer: orders to come are at the new prices, those already held keep theirs. */
export async function changeSellingTerms<Result>(
  ctx: Context,
  organizerUuid: string,
  change: (tx: TicketsTx, now: Date) => Promise<Result>,
): Promise<Result> {
  const { result, eventIds } = await inTransaction(ctx.db, async (tx) => {
    await lockSellingTerms(tx, organizerUuid)
    const now = await ctx.time(tx)
    const changed = await change(tx, now)
    return { result: changed, eventIds: await touchTermsOfOrganizer(tx, organizerUuid, now) }
  })
  for (const eventId of eventIds) ctx.stock.availability.forget(eventId)
  return result
}
