import type { Language } from '@guichet/problem'
import { fetchOrder, type Order, toOccasion } from '../content/order.ts'
import type { Context } from '../context.ts'
import { findEventCopy } from '../events/event-copy.ts'
import type { RenderedLetter } from '../letters/render-letter.ts'
import { sampleOrder } from '../templates/sample-order.ts'
import { fetchAudience } from './audience.ts'
import type { BulkMessage } from './bulk-message.ts'
import { audienceOf } from './carry-on.ts'
import { languageFor, renderBulk } from './compose-bulk.ts'

/** The mail on real data: the first order of the segment in that language, without its key, which is the buyer's alone. */
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
  const order = first ? await fetchOrder(ctx, first.orderId) : await sampleOf(ctx, message.event_id, language)
  return { letter: await renderBulk(ctx, message, { ...order, language, secret: null }), sample: first === undefined }
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
