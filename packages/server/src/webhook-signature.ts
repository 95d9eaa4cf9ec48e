import { createHmac, randomBytes } from 'node:crypto'

/** Headers of a webhook by Standard Webhooks 1.0: its id, when it was sent, and a signature for each secret. */
export interface WebhookHeaders {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

/** A secret as receivers type it: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Signs with every secret, so that a receiver who knows the old one or the new one is content while they change. */
export function signWebhook(id: string, sentAt: Date, body: string, secrets: readonly string[]): WebhookHeaders {
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
