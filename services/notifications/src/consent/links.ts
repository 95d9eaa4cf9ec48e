import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Language } from '@guichet/problem'
import type { Context } from '../context.ts'
import { type Kind, ruleOf } from '../kinds.ts'
import { textsOf } from '../messages/texts.ts'
import type { Keys } from './address-key.ts'

const SIGNATURE_BYTES = 16
const UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/

/** Names a message and proves that we wrote it. Holds no address: links end up in logs. Never runs out, as the law wants it. */
export function tokenOf(keys: Keys, deliveryUuid: string): string {
  const id = Buffer.from(deliveryUuid.replaceAll('-', ''), 'hex')
  return Buffer.concat([id, sign(keys, id)]).toString('base64url')
}

/** The message that a token names; undefined when the token is not ours. */
export function deliveryOfToken(keys: Keys, token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 16 + SIGNATURE_BYTES) return undefined
  const [id, signature] = [bytes.subarray(0, 16), bytes.subarray(16)]
  if (!timingSafeEqual(signature, sign(keys, id))) return undefined
  return id.toString('hex').replace(UUID, '$1-$2-$3-$4-$5')
}

function sign(keys: Keys, id: Buffer): Buffer {
  return createHmac('sha256', keys.links).update(id).digest().subarray(0, SIGNATURE_BYTES)
}

/** For `List-Unsubscribe`: a POST ends these messages at once (RFC 8058), a GET leads to the page. */
export function unsubscribeUrl({ config, keys }: Pick<Context, 'config' | 'keys'>, delivery: { id: string }): string {
  return `${config.publicUrl}/api/notifications/v1/unsubscribe/${tokenOf(keys, delivery.id)}`
}

/** The page on which the reader of a message says what else may come. `delivery.id` is a UUID. */
export function preferencesUrl(
  { config, keys }: Pick<Context, 'config' | 'keys'>,
  delivery: { id: string },
  language: Language,
): string {
  return `${config.publicUrl}/${language}/preferences/${tokenOf(keys, delivery.id)}`
}

/** Under each mail that an organizer is behind: the way to choose, by the name that people look for. */
export function footerLinksOf(
  ctx: Pick<Context, 'config' | 'keys'>,
  delivery: { id: string; kind: Kind; organizerId: string | null },
  language: Language,
): { label: string; url: string }[] {
  if (delivery.organizerId === null) return []
  const transactional = ruleOf(delivery.kind).purpose === 'transactional'
  const label = textsOf(language)(transactional ? 'footer.preferences' : 'footer.unsubscribe')
  return [{ label, url: preferencesUrl(ctx, delivery, language) }]
}
