import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow, type RefundRow } from '../db.ts'
import { FREE } from '../payments/payment.ts'
import type { PaymentProvider, ProviderPayment, ProviderRefund, RefundTerms } from '../payments/provider.ts'
import { providerOf } from '../payments/providers.ts'
import { idAtProvider } from '../refunds/finish-refund.ts'
import type { Finding } from './kinds.ts'

/** What is younger may still be under way. */
const SETTLED_MS = 5 * 60_000
const AT_ONCE = 4

type Difference = Omit<Finding, 'organizer_id'>

export interface ProvidersSay {
  findings: Difference[]
  /** The payments and refunds of which they spoke. */
  compared: Set<string>
  /** How many payments could not be asked about. */
  unasked: number
}

/** Holds payments and their refunds against the books of those who have the money. */
export async function askProviders(ctx: Context, payments: readonly PaymentRow[], now: Date): Promise<ProvidersSay> {
  const say: ProvidersSay = { findings: [], compared: new Set(), unasked: 0 }
  const next = payments.values()
  const ask = async () => {
    for (const payment of next) {
      try {
        const provider = await providerOf(ctx, payment)
        if (provider.capabilities.polled) await comparePayment(ctx, provider, payment, now, say)
      } catch (error) {
        ctx.log.warn({ err: error, payment: payment.id }, 'a payment could not be compared with its provider')
        say.unasked += 1
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  return say
}

/**
 * The payments of an event about which the provider is to be asked: settled or refunded since then, or undecided though not
 * young any more, or known to differ. One that we gave up is among them: money may have come all the same.
 */
export async function paymentsToAsk(ctx: Context, eventId: string, since: Date, now: Date): Promise<PaymentRow[]> {
  return ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', eventId)
    .where('provider', '<>', FREE)
    .where('created_at', '<', new Date(now.getTime() - SETTLED_MS))
    .where(
      sql<boolean>`(
        state = 'pending' or settled_at >= ${since}
        or id in (select subject_id from reconciliation_difference where event_id = ${eventId} and state = 'open')
        or exists (
          select from refund where refund.event_id = payment.event_id and refund.payment_id = payment.id
             and (refund.settled_at >= ${since} or refund.state = 'pending'
                  or refund.id in (select subject_id from reconciliation_difference where event_id = ${eventId} and state = 'open'))))`,
    )
    .orderBy('id')
    .execute()
}

async function comparePayment(
  ctx: Context,
  provider: PaymentProvider,
  payment: PaymentRow,
  now: Date,
  say: ProvidersSay,
): Promise<void> {
  const found = await provider.find({ paymentId: toId('pay', payment.id), reference: payment.provider_reference })
  // Ours is read after theirs was: what has come in between is no difference.
  const ours = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', payment.event_id)
    .where('id', '=', payment.id)
    .executeTakeFirstOrThrow()
  const charge = compareCharge(ours, found)
  if (charge) say.findings.push(charge)
  say.compared.add(payment.id)
  if (!ours.charged_minor) return
  for (const refund of await refundsOf(ctx, ours, now)) {
    const difference = compareRefund(refund, await provider.findRefund(termsOf(ours, refund)))
    if (difference) say.findings.push(difference)
    say.compared.add(refund.id)
  }
}

function compareCharge(payment: PaymentRow, found: ProviderPayment | undefined): Difference | undefined {
  const about = {
    event_id: payment.event_id,
    subject_id: payment.id,
    order_id: payment.order_id,
    detail: { provider: payment.provider, state: payment.state, providerState: found?.state ?? null },
  }
  if (payment.charged_minor === null) {
    if (found?.state !== 'succeeded') return undefined
    return { kind: 'charge-unrecorded', ...about, currency: found.currency, expected: found.amountMinor, actual: 0 }
  }
  const charged = { ...about, currency: payment.charged_currency, actual: payment.charged_minor }
  if (found?.state !== 'succeeded') return { kind: 'charge-missing', ...charged, expected: 0 }
  if (found.amountMinor === payment.charged_minor && found.currency === payment.charged_currency) return undefined
  return {
    kind: 'charge-differs',
    ...charged,
    expected: found.amountMinor,
    detail: { ...about.detail, providerCurrency: found.currency },
  }
}

/** Those settled by hand went another way. */
async function refundsOf(ctx: Context, payment: PaymentRow, now: Date): Promise<RefundRow[]> {
  const refunds = await ctx.db
    .selectFrom('refund')
    .select(COLUMNS.refund)
    .where('event_id', '=', payment.event_id)
    .where('payment_id', '=', payment.id)
    .where('settled_by', 'is', null)
    .where('amount_minor', '>', 0)
    .execute()
  const isYoung = (refund: RefundRow) => now.getTime() - refund.created_at.getTime() < SETTLED_MS
  return refunds.filter((refund) => refund.state !== 'pending' || !isYoung(refund))
}

function compareRefund(refund: RefundRow, found: ProviderRefund | undefined): Difference | undefined {
  const sent = found && found.state !== 'failed'
  const about = {
    event_id: refund.event_id,
    subject_id: refund.id,
    order_id: refund.order_id,
    currency: refund.currency,
    detail: { state: refund.state, providerState: found?.state ?? null },
  }
  if (refund.state !== 'succeeded') {
    if (found?.state !== 'succeeded') return undefined
    return { kind: 'refund-unrecorded', ...about, expected: found.amountMinor, actual: 0 }
  }
  if (!sent) return { kind: 'refund-missing', ...about, expected: 0, actual: refund.amount_minor }
  if (found.amountMinor === refund.amount_minor && found.currency === refund.currency) return undefined
  return { kind: 'refund-differs', ...about, expected: found.amountMinor, actual: refund.amount_minor }
}

function termsOf(payment: PaymentRow, refund: RefundRow): RefundTerms {
  return {
    paymentId: toId('pay', payment.id),
    reference: payment.provider_reference ?? '',
    refundId: idAtProvider(refund),
    amountMinor: refund.amount_minor,
    currency: refund.currency,
  }
}
