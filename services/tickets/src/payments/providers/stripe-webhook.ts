import { DomainError } from '@guichet/problem'
import Stripe from 'stripe'
import type { Mode, ProviderWebhook, WebhookHeaders } from '../provider.ts'

const TOLERANCE_SECONDS = 300
const REFUND_ID_LENGTH = 'rfd_'.length + 26

/** What we read of an event's object: ids only, since all else is asked for again. */
interface Subject {
  id?: unknown
  object?: unknown
  client_reference_id?: unknown
  metadata?: { payment_id?: unknown; refund_id?: unknown } | null
}

/**
 * Checks `Stripe-Signature` (HMAC-SHA256 over time and raw body, five minutes of tolerance to either side) with each of the
 * endpoint's secrets: while one replaces another, both are good.
 * @throws DomainError `webhook-refused`
 */
export function readStripeWebhook(
  { mode, webhookSecrets, nowMs }: { mode: Mode; webhookSecrets: readonly string[]; nowMs(): number },
  headers: WebhookHeaders,
  body: Buffer,
): ProviderWebhook {
  const header = headers['stripe-signature']
  if (typeof header !== 'string' || webhookSecrets.length === 0) throw new DomainError('webhook-refused')
  const event = firstVerified(webhookSecrets, header, body)
  // The SDK lets a signature of tomorrow pass.
  const signedAt = Number(/(?:^|,)t=(\d+)/.exec(header)?.[1])
  if (!(signedAt <= nowMs() / 1_000 + TOLERANCE_SECONDS)) throw new DomainError('webhook-refused')
  if (typeof event.id !== 'string' || event.livemode !== (mode === 'live')) throw new DomainError('webhook-refused')
  return { webhookId: event.id, ...about(event.type, event.data?.object as Subject | undefined) }
}

function firstVerified(secrets: readonly string[], header: string, body: Buffer): Stripe.Event {
  let cause: unknown
  for (const secret of secrets) {
    try {
      return Stripe.webhooks.constructEvent(body, header, secret, TOLERANCE_SECONDS)
    } catch (error) {
      cause = error
    }
  }
  throw new DomainError('webhook-refused', {}, { cause })
}

type About = ProviderWebhook extends infer Kind
  ? Kind extends { webhookId: string }
    ? Omit<Kind, 'webhookId'>
    : never
  : never

function about(type: string, subject: Subject = {}): About {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const paymentId = text(subject.client_reference_id) ?? text(subject.metadata?.payment_id)
  const reference = text(subject.id)
  if (subject.object === 'dispute' && reference) return { kind: 'dispute', disputeReference: reference }
  if (subject.object === 'refund' || type === 'charge.refunded') {
    // One that is tried again has a number behind its id.
    const refundId = text(subject.metadata?.refund_id)?.slice(0, REFUND_ID_LENGTH)
    return paymentId || refundId ? { kind: 'refund', paymentId, refundId } : { kind: 'other' }
  }
  return paymentId ? { kind: 'payment', paymentId } : { kind: 'other' }
}
