import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import { asHolderOf } from '../content/held-ticket.ts'
import { fetchOrder, type Order, toOccasion } from '../content/order.ts'
import type { Context } from '../context.ts'
import { findEventCopy } from '../events/event-copy.ts'
import type { RenderedLetter } from '../letters/render-letter.ts'
import { sampleOrder } from '../templates/sample-order.ts'
import { type AudienceMember, fetchAudience } from './audience.ts'
import type { BulkMessage } from './bulk-message.ts'
import { audienceOf } from './carry-on.ts'
import { languageFor, renderBulk } from './compose-bulk.ts'

/** The mail on real data: of the first whom the segment means in that language, without the key, which is theirs alone. */
export async function previewBulk(
  ctx: Context,
  message: BulkMessage,
  wanted: Language,
): Promise<{ letter: RenderedLetter; sample: boolean }> {
  const language = languageFor(message, wanted)
  const audience = audienceOf(message)
  const segment = { ...audience.segment, language: audience.segment.language ?? wanted }
  const { members } = await fetchAudience(ctx, { ...audience, segment }, { limit: 1 })
  const [first] = members
  const order = first && (await fetchSeen(ctx, first))
  const { held, ...shown } = order ?? (await sampleOf(ctx, message.event_id, language))
  const keyless = { ...shown, language, secret: null, ...(held ? { held: { ...held, secret: null } } : {}) }
  return { letter: await renderBulk(ctx, message, keyless), sample: order === undefined }
}

/** As this one of the audience sees it; undefined when the ticket went back just now. */
async function fetchSeen(ctx: Context, { orderId, ticketId }: AudienceMember): Promise<Order | undefined> {
  const order = await fetchOrder(ctx, orderId)
  if (ticketId === null) return order
  const id = toId('tkt', ticketId)
  return asHolderOf(order, (ticket) => ticket.id === id)
}

/** Somebody's made-up order, of the event as it is. */
async function sampleOf(ctx: Context, eventUuid: string, language: Language): Promise<Order> {
  const order = sampleOrder(language)
  const event = await findEventCopy(ctx.db, eventUuid)
  if (!event) return order
  const { starts_at, ends_at, time_zone, title, venue } = event
  const facts = { title, venue, startsAt: starts_at.toISOString(), endsAt: ends_at.toISOString(), timeZone: time_zone }
  return { ...order, event: { ...toOccasion(facts, language), cancelled: event.status === 'cancelled' } }
}
