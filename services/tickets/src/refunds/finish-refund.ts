import { inTransaction } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow, type RefundRow } from '../db.ts'
import { providerAccount } from '../ledger/entries.ts'
import { lockOrder } from '../orders/find-order.ts'
import { FREE } from '../payments/payment.ts'
import { ProviderError, type ProviderRefund, type RefundTerms } from '../payments/provider.ts'
import { providerOf } from '../payments/providers.ts'
import { recordRefund } from './record-refund.ts'

/** Sent by nobody: there was nothing to send. */
const NOTHING: Sent = { state: 'succeeded', reference: null }

interface Sent {
  state: ProviderRefund['state']
  reference: string | null
  problem?: string | undefined
  byHand?: boolean
}

/**
 * Sends the money of a promised refund back, then records it. Outside any transaction up to there; killed anywhere, it is
 * simply called again: the refund's id is the provider's idempotency key. What the provider refuses for good is `failed`, and
 * still owed.
 */
export async function finishRefund(ctx: Context, refundId: string): Promise<void> {
  const refund = await findRefund(ctx, refundId)
  if (refund.state !== 'pending') return
  const payment = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.payment_id)
    .executeTakeFirstOrThrow()
  const sent = await sendBack(ctx, refund, payment)
  if (sent.state === 'pending') await waitFor(ctx, refund, sent)
  else if (sent.state === 'failed') await recordFailure(ctx, refund, sent.problem ?? 'failed')
  else {
    await inTransaction(ctx.db, async (tx) => {
      const order = await lockOrder(tx, { event_id: refund.event_id, id: refund.order_id })
      const how = { reference: sent.reference, account: providerAccount(payment) }
      await recordRefund(tx, order, refund, how, await ctx.time(tx))
    })
  }
  ctx.stock.availability.forget(refund.event_id)
}

export async function findRefund(ctx: Pick<Context, 'db'>, refundId: string): Promise<RefundRow> {
  return ctx.db.selectFrom('refund').select(COLUMNS.refund).where('id', '=', refundId).executeTakeFirstOrThrow()
}

async function sendBack(ctx: Context, refund: RefundRow, payment: PaymentRow): Promise<Sent> {
  if (payment.provider === FREE || refund.amount_minor === 0) return NOTHING
  const terms = termsOf(refund, payment)
  try {
    const provider = await providerOf(ctx, payment)
    // Once it has taken the refund it would repeat its first answer: only asking tells what became of it.
    const known = refund.provider_reference === null ? undefined : await provider.findRefund(terms)
    const sent = known ?? (await provider.refund(terms))
    return { ...sent, byHand: provider.capabilities.refunds === 'by-hand' }
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'refused') return refused(error)
    const words = error instanceof ProviderError ? error.words : error instanceof Error ? error.message : String(error)
    await ctx.db
      .updateTable('refund')
      .set({ last_error: words.slice(0, 500) })
      .where('event_id', '=', refund.event_id)
      .where('id', '=', refund.id)
      .where('state', '=', 'pending')
      .execute()
    throw error
  }
}

const refused = (error: ProviderError): Sent => ({ state: 'failed', reference: null, problem: error.words })

/** What a provider knows a refund by. */
export function termsOf(refund: RefundRow, payment: PaymentRow): RefundTerms {
  if (!payment.provider_reference) throw new Error('A payment without a reference cannot have been charged')
  return {
    paymentId: toId('pay', payment.id),
    reference: payment.provider_reference,
    refundId: idAtProvider(refund),
    amountMinor: refund.amount_minor,
    currency: refund.currency,
  }
}

/** A new name for each series of attempts: under the old one a provider would repeat its refusal. */
export function idAtProvider(refund: RefundRow): string {
  const id = toId('rfd', refund.id)
  return refund.series === 1 ? id : `${id}-${refund.series}`
}

/** Taken by the provider, and not paid out yet; by hand, nobody but a member says when. */
async function waitFor(ctx: Context, refund: RefundRow, sent: Sent): Promise<void> {
  await ctx.db
    .updateTable('refund')
    .set({
      provider_reference: sent.reference || null,
      last_error: null,
      ...(sent.byHand ? { next_attempt_at: BY_HAND } : {}),
    })
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.id)
    .where('state', '=', 'pending')
    .execute()
}

/** Far beyond any event: the job leaves it alone. */
const BY_HAND = new Date('9999-01-01T00:00:00Z')

async function recordFailure(ctx: Context, refund: RefundRow, words: string): Promise<void> {
  await ctx.db
    .updateTable('refund')
    .set({ state: 'failed', last_error: words.slice(0, 500), settled_at: await ctx.time(ctx.db) })
    .where('event_id', '=', refund.event_id)
    .where('id', '=', refund.id)
    .where('state', '=', 'pending')
    .where('series', '=', refund.series)
    .execute()
}
