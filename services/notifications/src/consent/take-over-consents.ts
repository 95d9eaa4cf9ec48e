import type { Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { Channel, Purpose } from '../kinds.ts'
import { recordWishes, type Said } from './record-wishes.ts'
import { consentsOfOrder, withdrawals } from './withdraw-corrected.ts'

/** What each box of the checkout allows. The reminder of a hold is one mail, which was asked for, and no more. */
const ALLOWS: Record<string, { of: 'organizer' | 'platform'; channel: Channel; purposes: readonly Purpose[] }> = {
  'organizer-news': { of: 'organizer', channel: 'email', purposes: ['marketing'] },
  'platform-news': { of: 'platform', channel: 'email', purposes: ['marketing'] },
  sms: { of: 'organizer', channel: 'sms', purposes: ['reminder', 'information'] },
}

/**
 * Takes over what was agreed to with a confirmed order, with the proof. Once per order, box and address: repeating it adds
 * nothing. With an address that was corrected since, the consent moves: whose it was by mistake has agreed to nothing.
 */
export async function takeOverConsents(
  ctx: Pick<Context, 'db' | 'keys' | 'now'>,
  order: Pick<Order, 'buyer' | 'consents' | 'id'>,
  organizerId: string,
): Promise<void> {
  if (order.consents.length === 0) return
  const known = await consentsOfOrder(ctx, order)
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
      sourceKey: allowed.channel === 'email' ? known.sourceKey : order.id,
      wording: { text: wording, version: wordingVersion, language },
      givenAt: new Date(givenAt),
    }))
  })
  await recordWishes(ctx.db, ctx.keys, ctx.now(), [...said, ...(await withdrawals(ctx, known))])
}
