import { DomainError } from '@guichet/problem'
import { type App, parseId, senderOf, toId } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentRow } from '../db.ts'
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
  if (webhook.kind === 'other') return false
  if (webhook.kind === 'dispute') return false
  const payment = await paymentOf(ctx, source, webhook.paymentId)
  if (!payment) return false
  const { provider, name, accountId } = source
  if (webhook.kind === 'refund') {
    const refundId = webhook.refundId && parseId('rfd', webhook.refundId)
    if (!refundId) return false
    await finishRefund(ctx, refundId)
    return true
  }
  const found = await provider.find({ paymentId: toId('pay', payment.id), reference: payment.provider_reference })
  if (found) {
    await settlePayment(ctx, { payment, found, webhook: { provider: name, accountId, webhookId: webhook.webhookId } })
  }
  return true
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
