import type { Sealing } from '@guichet/server'
import { newWebhookSecret } from '@guichet/server/webhook-signature'
import type { EndpointRow } from './tables.ts'

export interface WebhookSecret {
  secret: string
  /** Until when it signs beside the present one; null: it is the present one. */
  validUntil: string | null
}

type Sealed = Pick<EndpointRow, 'id' | 'organizer_id' | 'secrets'>
const bindingOf = ({ id, organizer_id }: Omit<Sealed, 'secrets'>) => `${organizer_id} ${id}`
/** The present one and the two before: whoever rotates faster has lost none of those that matter. */
const SECRETS_MAX = 3

/** The secrets of a new endpoint: one. */
export function firstSecret(sealing: Sealing, endpoint: Omit<Sealed, 'secrets'>): Buffer {
  return sealing.seal([{ secret: newWebhookSecret(), validUntil: null }], bindingOf(endpoint))
}

/** Those that are in force, the present one first. */
export function secretsInForce(sealing: Sealing, endpoint: Sealed, now: Date): WebhookSecret[] {
  const all = sealing.open(endpoint.secrets, bindingOf(endpoint)) as WebhookSecret[]
  return all.filter(({ validUntil }) => validUntil === null || new Date(validUntil) > now)
}

/** A new secret at once; the one before goes on signing too until `oldValidUntil`. */
export function rotated(sealing: Sealing, endpoint: Sealed, now: Date, oldValidUntil: Date): Buffer {
  const old = secretsInForce(sealing, endpoint, now).map(({ secret, validUntil }) => ({
    secret,
    validUntil: validUntil ?? oldValidUntil.toISOString(),
  }))
  const secrets = [{ secret: newWebhookSecret(), validUntil: null }, ...old].slice(0, SECRETS_MAX)
  return sealing.seal(secrets, bindingOf(endpoint))
}
