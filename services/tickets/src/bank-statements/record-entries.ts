import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentAccountRow, type TicketsTx } from '../db.ts'
import { checkPayment } from '../payments/check-payment.ts'
import type { MatchedRow } from './match-rows.ts'
import { isOpen, postEntries } from './open-entries.ts'

const AT_ONCE = 50

/** Writes down what came, one row for each that is not known yet, and in the books what pays nothing. What it pays is settled afterwards, by {@link settleEntries}. */
export async function recordRows(
  tx: TicketsTx,
  account: Pick<PaymentAccountRow, 'id' | 'organizer_id' | 'mode'>,
  rows: readonly MatchedRow[],
  by: { userUuid: string; now: Date },
): Promise<void> {
  const entries = rows.flatMap((row) => {
    const { outcome, bookedOn, amountMinor } = row
    if (outcome === 'duplicate' || outcome === 'outgoing' || outcome === 'unreadable') return []
    if (bookedOn === undefined || amountMinor === null) return []
    return {
      id: newUuid(),
      account_id: account.id,
      source: 'statement' as const,
      row_digest: row.digest,
      booked_on: bookedOn,
      amount_minor: amountMinor,
      currency: row.currency ?? row.transfer?.currency ?? 'EUR',
      text: row.text,
      outcome,
      payment_id: row.transfer?.paymentId ?? null,
      recorded_by: by.userUuid,
      created_at: by.now,
    }
  })
  // In parts: PostgreSQL takes 65,535 parameters in one statement.
  for (let at = 0; at < entries.length; at += 1_000) {
    await tx
      .insertInto('bank_entry')
      .values(entries.slice(at, at + 1_000))
      .execute()
  }
  await postEntries(tx, 'arrived', account, entries.filter(isOpen), by.now)
}

/**
 * Settles the payments for which money is written down and that have not been settled with it: after an import, and by a job for
 * those where we died in between. Returns how many there were.
 */
export async function settleEntries(
  ctx: Context,
  only: { accountId?: string; paymentUuid?: string; olderThan?: Date },
): Promise<number> {
  let query = ctx.db
    .selectFrom('bank_entry')
    .innerJoin('payment', 'payment.id', 'bank_entry.payment_id')
    .select(COLUMNS.payment.map((name) => `payment.${name}` as const))
    .select('bank_entry.id as entry_id')
    .where('bank_entry.outcome', '=', 'paid')
    .where('bank_entry.settled_at', 'is', null)
  if (only.accountId) query = query.where('bank_entry.account_id', '=', only.accountId)
  if (only.paymentUuid) query = query.where('bank_entry.payment_id', '=', only.paymentUuid)
  if (only.olderThan) query = query.where('bank_entry.created_at', '<', only.olderThan)
  const due = await query.orderBy('bank_entry.id').limit(AT_ONCE).execute()
  const settled = await Promise.all(
    due.map(async ({ entry_id, ...payment }) => {
      try {
        await checkPayment(ctx, payment)
        await ctx.db
          .updateTable('bank_entry')
          .set({ settled_at: await ctx.time(ctx.db) })
          .where('id', '=', entry_id)
          .execute()
        return 1
      } catch (error) {
        ctx.log.warn({ err: error, payment: payment.id }, 'money that came by bank could not be settled')
        return 0
      }
    }),
  )
  return settled.reduce<number>((sum, one) => sum + one, 0)
}
