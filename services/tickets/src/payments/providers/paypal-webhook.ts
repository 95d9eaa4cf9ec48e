import { DomainError } from '@guichet/problem'
import { ProviderError, type ProviderWebhook, type WebhookHeaders } from '../provider.ts'
import type { PayPalClient } from './paypal-client.ts'

/** What the webhook must be subscribed to. */
export const PAYPAL_EVENTS = [
  'CHECKOUT.ORDER.APPROVED',
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.DENIED',
  'PAYMENT.CAPTURE.REFUNDED',
  'PAYMENT.CAPTURE.REVERSED',
  'CUSTOMER.DISPUTE.CREATED',
  'CUSTOMER.DISPUTE.UPDATED',
  'CUSTOMER.DISPUTE.RESOLVED',
]

const SIGNATURE_HEADERS = ['auth-algo', 'cert-url', 'transmission-id', 'transmission-sig', 'transmission-time']

interface Subject {
  dispute_id?: unknown
  invoice_id?: unknown
  purchase_units?: { invoice_id?: unknown }[]
  links?: { rel?: unknown; href?: unknown }[]
}

interface Event {
  id?: unknown
  event_type?: unknown
  resource?: Subject | null
}

/**
 * Has PayPal verify its own signature, for this webhook's id. What cannot be PayPal's is refused before anybody is asked; the
 * body goes back byte for byte, since the signature is over its bytes.
 * @throws DomainError `webhook-refused`; ProviderError `unavailable` when PayPal cannot be asked.
 */
export async function readPayPalWebhook(
  client: PayPalClient,
  webhookId: string,
  headers: WebhookHeaders,
  body: Buffer,
): Promise<ProviderWebhook> {
  const signature = readSignature(headers)
  const text = body.toString('utf8')
  const event = parse(text)
  if (webhookId === '' || !signature || typeof event?.id !== 'string') throw new DomainError('webhook-refused')
  const asked = JSON.stringify({ ...signature, webhook_id: webhookId })
  try {
    const { verification_status } = await client.ask<{ verification_status?: string }>(
      'POST',
      '/v1/notifications/verify-webhook-signature',
      { body: `${asked.slice(0, -1)},"webhook_event":${text}}` },
    )
    if (verification_status !== 'SUCCESS') throw new DomainError('webhook-refused')
  } catch (error) {
    // It does not even take it for a webhook.
    if (error instanceof ProviderError && error.kind === 'refused') throw new DomainError('webhook-refused')
    throw error
  }
  return about(event.id, String(event.event_type), event.resource ?? {})
}

function parse(text: string): Event | undefined {
  try {
    const event: unknown = JSON.parse(text)
    return typeof event === 'object' && event !== null && !Array.isArray(event) ? event : undefined
  } catch {
    return undefined
  }
}

function readSignature(headers: WebhookHeaders): Record<string, string> | undefined {
  const signature: Record<string, string> = {}
  for (const name of SIGNATURE_HEADERS) {
    const value = headers[`paypal-${name}`]
    if (typeof value !== 'string' || value === '' || value.length > 2_000) return undefined
    signature[name.replace('-', '_')] = value
  }
  return isPayPals(signature.cert_url) ? signature : undefined
}

/** PayPal fetches the certificate itself; one from elsewhere is a forgery. */
function isPayPals(certificate = ''): boolean {
  const url = URL.parse(certificate)
  return url?.protocol === 'https:' && (url.hostname === 'paypal.com' || url.hostname.endsWith('.paypal.com'))
}

function about(webhookId: string, type: string, subject: Subject): ProviderWebhook {
  const invoice = subject.invoice_id ?? subject.purchase_units?.[0]?.invoice_id
  const ours = typeof invoice === 'string' ? invoice : ''
  if (type.startsWith('CUSTOMER.DISPUTE.') && typeof subject.dispute_id === 'string') {
    return { webhookId, kind: 'dispute', disputeReference: subject.dispute_id }
  }
  if (/^PAYMENT\.(REFUND\.|CAPTURE\.(REFUNDED|REVERSED)$)/.test(type)) {
    return { webhookId, kind: 'refund', paymentId: idOf('pay', ours), refundId: idOf('rfd', ours) }
  }
  const paymentId = idOf('pay', ours)
  return paymentId ? { webhookId, kind: 'payment', paymentId } : { webhookId, kind: 'other' }
}

/** A refund that is tried again has a number behind its id. */
const idOf = (prefix: string, text: string) => new RegExp(`^${prefix}_[0-9a-z]{26}`).exec(text)?.[0]

/** The capture that a refund is of, by its links. */
export function capturedBy(body: Buffer): string | undefined {
  const links = parse(body.toString('utf8'))?.resource?.links
  const up = links?.find(({ rel }) => rel === 'up')?.href
  return typeof up === 'string' ? /\/v2\/payments\/captures\/([A-Z0-9]+)$/.exec(up)?.[1] : undefined
}
