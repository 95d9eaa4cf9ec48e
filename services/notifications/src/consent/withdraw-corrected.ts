import type { Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import { addressKey } from './address-key.ts'
import type { Said } from './record-wishes.ts'

/** What an order has said by mail addresses: its buyer corrects one three times at most, members a few times more. */
const ADDRESSES_MAX = 12

type Tools = Pick<Context, 'db' | 'keys' | 'now'>

/** The consents by mail of an order's earlier addresses, and what those of its present one are kept by. */
export async function consentsOfOrder({ db, keys }: Tools, { id, buyer }: Pick<Order, 'id' | 'buyer'>) {
  const sourceKeys = [id, ...Array.from({ length: ADDRESSES_MAX - 1 }, (_, index) => `${id} ${index + 1}`)]
  const rows = await db
    .selectFrom('consent')
    .select(['source_key', 'organizer_id', 'purpose', 'address', 'address_key', 'granted'])
    .where('source', '=', 'checkout')
    .where('source_key', 'in', sourceKeys)
    .where('channel', '=', 'email')
    .execute()
  const given = rows.filter(({ granted }) => granted)
  const present = addressKey(keys, buyer.email)
  const own = given.find(({ address_key }) => address_key.equals(present))
  const used = new Set(given.map(({ source_key }) => source_key))
  return {
    sourceKey: own?.source_key ?? sourceKeys.find((key) => !used.has(key)) ?? id,
    earlier: given.filter(({ address_key }) => !address_key.equals(present)),
  }
}

/** The end of what earlier addresses seemed to have agreed to, unless they have said more since, or elsewhere. */
export async function withdrawals(
  { db, now }: Tools,
  { earlier }: Awaited<ReturnType<typeof consentsOfOrder>>,
): Promise<Said[]> {
  const said: Said[] = []
  for (const { address, address_key, organizer_id, purpose, source_key } of earlier) {
    const latest = await db
      .selectFrom('consent')
      .select(['source', 'source_key', 'given_at'])
      .where('address_key', '=', address_key)
      .where('channel', '=', 'email')
      .where('purpose', '=', purpose)
      .where('organizer_id', 'is not distinct from', organizer_id)
      .orderBy('given_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (address === null || latest?.source !== 'checkout' || latest.source_key !== source_key) continue
    said.push({
      organizerId: organizer_id,
      channel: 'email',
      purpose,
      address,
      granted: false,
      source: 'checkout',
      sourceKey: `${source_key} corrected`,
      // Clocks differ, and what came later counts.
      givenAt: new Date(Math.max(now().getTime(), latest.given_at.getTime())),
    })
  }
  return said
}
