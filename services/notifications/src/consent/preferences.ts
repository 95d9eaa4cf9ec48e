import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'
import { type Channel, type Kind, type Purpose, ruleOf } from '../kinds.ts'
import { addressKey } from './address-key.ts'
import { findWishes } from './find-wishes.ts'
import { deliveryOfToken } from './links.ts'
import { isAllowedUnasked, type Wish } from './wishes.ts'

export const SENDERS = ['organizer', 'platform'] as const

export interface Choice {
  sender: (typeof SENDERS)[number]
  purpose: Exclude<Purpose, 'transactional'>
  granted: boolean
}

/** Whose preferences a link opens: the address that the message went to. */
export interface Reader {
  deliveryId: string
  kind: Kind
  channel: Channel
  organizerId: string | null
  address: string
  language: 'en' | 'fr'
}

/** @throws DomainError not-found for a link that we did not make, and for an address that has been erased since. */
export async function readerOf(ctx: Context, token: string): Promise<Reader> {
  const id = deliveryOfToken(ctx.keys, token)
  const row =
    id &&
    (await ctx.db
      .selectFrom('delivery')
      .select(['id', 'kind', 'channel', 'organizer_id', 'recipient_address', 'language'])
      .where('id', '=', id)
      .executeTakeFirst())
  if (!row || row.recipient_address === null) throw new DomainError('not-found')
  return {
    deliveryId: row.id,
    kind: row.kind,
    channel: row.channel,
    organizerId: row.organizer_id,
    address: row.recipient_address,
    language: row.language ?? 'en',
  }
}

/** What a reader may choose, and what holds now. What was bought is told in any case, so it is no choice. */
export async function choicesOf(ctx: Context, reader: Reader): Promise<Choice[]> {
  const wishes = await findWishes(ctx.db, addressKey(ctx.keys, reader.address))
  const own = (['reminder', 'information', 'marketing'] as const).map((purpose) => ({
    sender: 'organizer' as const,
    purpose,
    granted: isGranted(reader, reader.organizerId, purpose, wishes),
  }))
  const platform = {
    sender: 'platform' as const,
    purpose: 'marketing' as const,
    granted: isGranted(reader, null, 'marketing', wishes),
  }
  return [...(reader.organizerId ? own : []), platform]
}

function isGranted(
  { channel }: Reader,
  organizerId: string | null,
  purpose: Choice['purpose'],
  wishes: readonly Wish[],
): boolean {
  const wish = wishes.find(
    (one) => one.channel === channel && one.purpose === purpose && one.organizerId === organizerId,
  )
  return wish?.granted ?? isAllowedUnasked({ channel, purpose })
}

/** To whom a choice is said: a UUID, or null for the platform. */
export function controllerOf(reader: Reader, sender: Choice['sender']): string | null {
  return sender === 'organizer' ? reader.organizerId : null
}

/** What a one-click unsubscribe ends: messages like the one it stood in. */
export function choiceToEnd({ kind, organizerId }: Reader): Pick<Choice, 'purpose' | 'sender'> {
  const { purpose } = ruleOf(kind)
  if (organizerId === null) return { sender: 'platform', purpose: 'marketing' }
  return { sender: 'organizer', purpose: purpose === 'transactional' ? 'marketing' : purpose }
}
