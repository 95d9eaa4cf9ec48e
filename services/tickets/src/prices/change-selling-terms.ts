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
  return changeSellingTermsIn(ctx, organizerUuid, change, (work) => inTransaction(ctx.db, work))
}

/** The same in a transaction that `within` begins, for what is done at most once for a key. */
export async function changeSellingTermsIn<Result, Done>(
  ctx: Context,
  organizerUuid: string,
  change: (tx: TicketsTx, now: Date) => Promise<Result>,
  within: (work: (tx: TicketsTx) => Promise<Result>) => Promise<Done>,
): Promise<Done> {
  let touched: string[] = []
  const done = await within(async (tx) => {
    await lockSellingTerms(tx, organizerUuid)
    const now = await ctx.time(tx)
    const changed = await change(tx, now)
    touched = await touchTermsOfOrganizer(tx, organizerUuid, now)
    return changed
  })
  for (const eventId of touched) ctx.stock.availability.forget(eventId)
  return done
}
