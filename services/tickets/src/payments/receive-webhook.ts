import { DomainError } from '@guichet/problem'
import { type App, parseId, senderOf, toId } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow } from '../db.ts'
import { recordDispute } from '../disputes/record-dispute.ts'
import { checkSentRefund } from '../refunds/check-sent-refund.ts'
import { finishRefund } from '../refunds/finish-refund.ts'
import type { PaymentProvider, ProviderWebhook } from './provider.ts'
import { settlePayment } from './settle-payment.ts'

/** Larger than any that a provider sends. */
export const WEBHOOK_BYTES_MAX = 256 * 1024

/** Who the webhook says that it is from. */
export interface WebhookSource {
  name: string
  /** Null for the simulated provider. */
  accountId: string | null
  provider: PaymentProvider
}

/** Leaves bodies as they came: the signature is over the bytes. */
export function keepRawBodies(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/**
 * Takes in a webhook: a hint that something happened. The signature is checked over the raw bytes before anything else, and
 * nothing is stored or queued of one that is not genuine; then we ask the provider itself. Only an answer of 2xx stops it from
 * repeating, so what cannot be done now is answered with an error.
 */
export async function receiveWebhook(
  ctx: Context,
  source: WebhookSource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const sender = `${senderOf(request)} ${source.accountId ?? source.name}`
  await ctx.limits.take(reply, 'webhook', sender)
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const webhook = await source.provider.readWebhook(request.headers, body)
  await ctx.limits.giveBack('webhook', sender)
  if (await follow(ctx, source, webhook)) return
  // Genuine, yet about nothing of ours: repeating it would not help.
  request.log.warn({ webhookId: webhook.webhookId, kind: webhook.kind }, 'webhook about nothing of ours')
}

/** Returns whether it was about something of ours. */
async function follow(ctx: Context, source: WebhookSource, webhook: ProviderWebhook): Promise<boolean> {
  switch (webhook.kind) {
    case 'payment':
      return followPayment(ctx, source, webhook)
    case 'refund':
      return followRefund(ctx, source, webhook)
    case 'dispute':
      return followDispute(ctx, source, webhook.disputeReference)
    case 'other':
      return false
    default:
      return webhook satisfies never
  }
}

async function followPayment(
  ctx: Context,
  source: WebhookSource,
  { webhookId, paymentId }: { webhookId: string; paymentId: string | undefined },
): Promise<boolean> {
  const payment = await paymentOf(ctx, source, paymentId)
  if (!payment) return false
  const { provider, name, accountId } = source
  const found = await provider.find({ paymentId: toId('pay', payment.id), reference: payment.provider_reference })
  if (found) await settlePayment(ctx, { payment, found, webhook: { provider: name, accountId, webhookId } })
  return true
}

/** All refunds of the payment are asked for again, whichever was meant: mostly there is one. One that was sent may be returned. */
async function followRefund(
  ctx: Context,
  source: WebhookSource,
  webhook: { paymentId: string | undefined; refundId: string | undefined },
): Promise<boolean> {
  const payment = await paymentOf(ctx, source, webhook.paymentId ?? (await paymentOfRefund(ctx, webhook.refundId)))
  if (!payment) return false
  const refunds = await ctx.db
    .selectFrom('refund')
    .select(['id', 'state'])
    .where('event_id', '=', payment.event_id)
    .where('payment_id', '=', payment.id)
    .orderBy('id')
    .execute()
  for (const { id, state } of refunds) {
    if (state === 'pending') await finishRefund(ctx, id)
    else if (state === 'succeeded') await checkSentRefund(ctx, id)
  }
  return true
}

/** Our refund's name at the provider may have a number behind it, of the series of attempts. */
async function paymentOfRefund(ctx: Context, refundId: string | undefined): Promise<string | undefined> {
  const uuid = refundId && parseId('rfd', refundId.replace(/-\d+$/, ''))
  if (!uuid) return undefined
  const refund = await ctx.db.selectFrom('refund').select('payment_id').where('id', '=', uuid).executeTakeFirst()
  return refund && toId('pay', refund.payment_id)
}

async function followDispute(ctx: Context, source: WebhookSource, reference: string): Promise<boolean> {
  const found = await source.provider.findDispute(reference)
  if (!found || !(await paymentOf(ctx, source, found.paymentId))) return false
  return recordDispute(ctx, found)
}

/** Only one made with the very account that the webhook was signed for. */
async function paymentOf(
  ctx: Context,
  source: WebhookSource,
  paymentId: string | undefined,
): Promise<PaymentRow | undefined> {
  const uuid = paymentId && parseId('pay', paymentId)
  if (!uuid) return undefined
  const payment = await ctx.db.selectFrom('payment').select(COLUMNS.payment).where('id', '=', uuid).executeTakeFirst()
  return payment?.provider === source.name && payment.account_id === source.accountId ? payment : undefined
}

/** The account that a webhook's address names; anything else is nothing. */
export async function sourceOf(ctx: Context, provider: string, accountId: string): Promise<WebhookSource> {
  const uuid = parseId('pac', accountId)
  const account = uuid
    ? await ctx.db
        .selectFrom('payment_account')
        .select(COLUMNS.payment_account)
        .where('id', '=', uuid)
        .executeTakeFirst()
    : undefined
  if (account?.provider !== provider) throw new DomainError('not-found')
  // Also one that is switched off: its payments and refunds go on.
  return { name: provider, accountId: account.id, provider: ctx.providers.of(account) }
}
