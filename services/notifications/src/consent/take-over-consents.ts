import type { Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { Channel, Purpose } from '../kinds.ts'
import { recordWishes, type Said } from './record-wishes.ts'

/** What each box of the checkout allows. The reminder of a hold is one mail, which was asked for, and no more. */
const ALLOWS: Record<string, { of: 'organizer' | 'platform'; channel: Channel; purposes: readonly Purpose[] }> = {
  'organizer-news': { of: 'organizer', channel: 'email', purposes: ['marketing'] },
  'platform-news': { of: 'platform', channel: 'email', purposes: ['marketing'] },
  sms: { of: 'organizer', channel: 'sms', purposes: ['reminder', 'information'] },
}

/**
 * Takes over what was agreed to with a confirmed order, with the proof. Once per order and box, and once more for each
 * address that a buyer corrects it to (`source`: the fact that the confirmation tells): repeating it adds nothing.
 */
export async function takeOverConsents(
  ctx: Context,
  order: Pick<Order, 'buyer' | 'consents' | 'id'>,
  organizerId: string,
  source: string,
): Promise<void> {
  const said = order.consents.flatMap(({ kind, wording, wordingVersion, language, givenAt }): Said[] => {
    const allowed = ALLOWS[kind]
    const address = allowed?.channel === 'sms' ? order.buyer.phone : order.buyer.email
    if (!allowed || !address) return []
    return allowed.purposes.map((purpose) => ({
      organizerId: allowed.of === 'organizer' ? organizerId : null,
      channel: allowed.channel,
      purpose,
      address,
      granted: true,
      source: 'checkout',
      sourceKey: allowed.channel === 'email' ? source : order.id,
      wording: { text: wording, version: wordingVersion, language },
      givenAt: new Date(givenAt),
    }))
  })
  await recordWishes(ctx.db, ctx.keys, ctx.now(), said)
}
