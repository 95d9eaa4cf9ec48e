import { addressKey } from '../consent/address-key.ts'
import type { Context } from '../context.ts'
import { type Audience, fetchAudience } from './audience.ts'
import { findRefusedKeys } from './refused-keys.ts'
import type { BulkPurpose } from './tables.ts'

const PAGE = 1_000

/** Who would get a message, and who wants none: read address by address, because only we know the wishes. */
export async function countRecipients(ctx: Context, audience: Audience, purpose: BulkPurpose) {
  const seen = new Set<string>()
  const byLanguage = { en: 0, fr: 0 }
  const total = { orders: 0, recipients: 0, withoutConsent: 0 }
  let cursor: string | null = null
  let last: string | undefined
  do {
    const page = await fetchAudience(ctx, audience, { cursor, limit: PAGE })
    for (const { orderId } of page.members) {
      // They come by order.
      if (orderId !== last) total.orders += 1
      last = orderId
    }
    const fresh = new Map<string, 'en' | 'fr'>()
    for (const { email, language } of page.members) {
      const key = addressKey(ctx.keys, email).toString('hex')
      if (!seen.has(key)) fresh.set(key, fresh.get(key) ?? language)
    }
    const refused = await findRefusedKeys(ctx.db, audience.organizerId, purpose, [...fresh.keys()])
    for (const [key, language] of fresh) {
      seen.add(key)
      if (refused.has(key)) total.withoutConsent += 1
      else byLanguage[language] += 1
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return { ...total, recipients: byLanguage.en + byLanguage.fr, byLanguage }
}
