import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'
import { COLUMNS, type RefundRow, type TicketsTx } from '../db.ts'
import { providerAccount } from '../ledger/entries.ts'
import { lockOrder } from '../orders/find-order.ts'
import { ProviderError } from '../payments/provider.ts'
import { providerOf } from '../payments/providers.ts'
import { recordRefund } from './record-refund.ts'

/**
 * A member says that he has sent the money himself: of a refund that its provider refuses, or of a provider that sends none.
 * While a provider is at it nobody else is: the money would go twice.
 */
export async function settleByHand(
  ctx: Context,
  refund: RefundRow,
  by: { userUuid: string; note: string | undefined },
): Promise<void> {
  const payment = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  const byHand = await isByHand(ctx, payment)
  await inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { event_id: refund.event_id, id: refund.order_id })
    const current = await lockRefund(tx, refund)
    if (current.state === 'succeeded') throw new DomainError('refund-done')
    if (current.state === 'pending' && !byHand) throw new DomainError('refund-under-way')
    const account = byHand ? providerAccount(payment) : 'provider:by-hand'
    const how = { reference: null, account, settledBy: by.userUuid, note: by.note } as const
    await recordRefund(tx, order, current, how, await ctx.time(tx))
  })
}

/**
 * Tries a failed refund again, under a new name at the provider, where the old one would only repeat its refusal. One that is
 * pending is left as it is.
 */
export async function reviveRefund(ctx: Context, refund: RefundRow): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await lockOrder(tx, { event_id: refund.event_id, id: refund.order_id })
    const current = await lockRefund(tx, refund)
    if (current.state === 'succeeded') throw new DomainError('refund-done')
    if (current.state === 'pending') return
    const now = await ctx.time(tx)
    await tx
      .updateTable('refund')
      .set({
        state: 'pending',
        series: current.series + 1,
        attempts: 0,
        provider_reference: null,
        settled_at: null,
        // The caller tries at once; should he die, the job does.
        next_attempt_at: new Date(now.getTime() + 10_000),
      })
      .where('event_id', '=', refund.event_id)
      .where('id', '=', refund.id)
      .execute()
  })
}

async function lockRefund(tx: TicketsTx, refund: RefundRow): Promise<RefundRow> {
  return tx
    .selectFrom('refund')
    .select(COLUMNS.refund)
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

/** Also where the account is gone with which it was paid. */
async function isByHand(ctx: Context, payment: Parameters<typeof providerOf>[1]): Promise<boolean> {
  try {
    return (await providerOf(ctx, payment)).capabilities.refunds === 'by-hand'
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'misconfigured') return true
    throw error
  }
}
