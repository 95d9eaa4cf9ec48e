import { DomainError } from '@guichet/problem'
import { Webhook } from 'standardwebhooks'
import {
  type PaymentProvider,
  ProviderError,
  type ProviderPayment,
  type ProviderRefund,
  type ProviderWebhook,
  type RefundTerms,
  type WebhookHeaders,
} from '../provider.ts'

interface SimulatedOptions {
  url: string
  apiKey: string
  webhookSecret: string
  webhookUrl: string
  timeoutMs?: number
}

interface Session {
  id: string
  url: string
  state: 'open' | 'succeeded' | 'declined' | 'abandoned' | 'processing'
  amountMinor: number
  currency: string
  reference: string
  refunds: { id: string; amountMinor: number; idempotencyKey: string }[]
}

const STATES: Record<Session['state'], ProviderPayment['state']> = {
  open: 'open',
  processing: 'processing',
  succeeded: 'succeeded',
  declined: 'failed',
  abandoned: 'failed',
}

/** The provider for rehearsals, `sandbox/src/payments`: a process of its own with the manners of a real one. */
export function createSimulatedProvider(options: SimulatedOptions): PaymentProvider {
  const webhook = new Webhook(options.webhookSecret)
  const base = `${options.url}/v1/payment-sessions`

  async function call(url: string, init: { method?: string; body?: object; key?: string } = {}): Promise<Response> {
    try {
      const response = await fetch(url, {
        method: init.method ?? 'GET',
        headers: {
          authorization: `Bearer ${options.apiKey}`,
          ...(init.body ? { 'content-type': 'application/json' } : {}),
          ...(init.key ? { 'idempotency-key': init.key } : {}),
        },
        body: init.body ? JSON.stringify(init.body) : null,
        signal: AbortSignal.timeout(options.timeoutMs ?? 5_000),
      })
      if (response.status >= 500 || response.status === 429) throw new Error(`answered ${response.status}`)
      return response
    } catch (error) {
      throw new ProviderError('unavailable', String(error), { cause: error })
    }
  }

  /** A refusal is never taken for an answer. */
  async function read<Body>(response: Response): Promise<Body> {
    if (response.ok) return (await response.json()) as Body
    const { title = '' } = (await response.json().catch(() => ({}))) as { title?: string }
    const kind = response.status === 401 ? 'misconfigured' : 'refused'
    throw new ProviderError(kind, `${response.status} ${title}`)
  }

  async function sessionOf(reference: string): Promise<Session> {
    return read<Session>(await call(`${base}/${encodeURIComponent(reference)}`))
  }

  return {
    mode: 'test',
    capabilities: { polled: true, refunds: 'automatic', disputes: false },

    async open({ paymentId, amountMinor, currency, returnUrl, description, locale }) {
      const body = {
        amountMinor,
        currency,
        reference: paymentId,
        returnUrl,
        webhookUrl: options.webhookUrl,
        description,
        locale,
      }
      const session = await read<Session>(await call(base, { method: 'POST', body, key: paymentId }))
      return { reference: session.id, redirectUrl: session.url }
    },

    async find({ paymentId, reference }) {
      if (reference) return toPayment(await sessionOf(reference))
      const found = await read<{ items: Session[] }>(await call(`${base}?reference=${encodeURIComponent(paymentId)}`))
      const session = found.items[0]
      return session && toPayment(session)
    },

    async close(reference) {
      const response = await call(`${base}/${encodeURIComponent(reference)}/expiry`, { method: 'POST' })
      if (response.status !== 409) await read(response)
    },

    async refund({ reference, refundId, amountMinor, currency }) {
      const url = `${base}/${encodeURIComponent(reference)}/refunds`
      const refund = await read<{ id: string }>(
        await call(url, { method: 'POST', body: { amountMinor }, key: refundId }),
      )
      return { reference: refund.id, state: 'succeeded', amountMinor, currency }
    },

    async findRefund({ reference, refundId }: RefundTerms): Promise<ProviderRefund | undefined> {
      const session = await sessionOf(reference)
      const found = session.refunds.find((refund) => refund.idempotencyKey === refundId)
      return (
        found && {
          reference: found.id,
          state: 'succeeded',
          amountMinor: found.amountMinor,
          currency: session.currency,
        }
      )
    },

    findDispute: async () => undefined,
    readWebhook: async (headers, body) => readWebhook(webhook, headers, body),

    async check() {
      await read(await call(`${base}?reference=check`))
    },
  }
}

function toPayment(session: Session): ProviderPayment {
  return {
    reference: session.id,
    state: STATES[session.state],
    amountMinor: session.amountMinor,
    currency: session.currency,
    redirectUrl: session.url,
  }
}

/** Standard Webhooks: HMAC-SHA256 over id, timestamp and body, compared in constant time; five minutes of tolerance. */
function readWebhook(webhook: Webhook, headers: WebhookHeaders, body: Buffer): ProviderWebhook {
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : '')
  const webhookId = one('webhook-id')
  let content: unknown
  try {
    content = webhook.verify(body, {
      'webhook-id': webhookId,
      'webhook-timestamp': one('webhook-timestamp'),
      'webhook-signature': one('webhook-signature'),
    })
  } catch (error) {
    throw new DomainError('webhook-refused', {}, { cause: error })
  }
  const reference = (content as { data?: { reference?: unknown } } | null)?.data?.reference
  return { webhookId, kind: 'payment', paymentId: typeof reference === 'string' ? reference : undefined }
}
