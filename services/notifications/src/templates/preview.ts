import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import { ask } from '../content/ask.ts'
import { type Order, type OrderAnswer, toOrder } from '../content/order.ts'
import { emptyTicketsPdf } from '../content/tickets-pdf.ts'
import type { Context } from '../context.ts'
import type { LetterDraft } from '../letters/letter.ts'
import { sampleOrder } from './sample-order.ts'
import { sampleDraft } from './samples.ts'

/**
 * A draft to try a template on: about the organizer's last confirmed order, or a made-up one. To be looked at, it has an empty
 * file for the tickets to print; to be sent, none.
 */
export async function previewDraft(
  ctx: Context,
  kind: string,
  organizerUuid: string,
  { language, use }: { language: Language; use: 'look' | 'send' },
): Promise<{ draft: LetterDraft; real: boolean }> {
  const last = await lastOrder(ctx, organizerUuid, language)
  const order = last ?? sampleOrder(language)
  const shop = { name: ctx.config.sender.name || 'Guichet', url: ctx.config.publicUrl }
  const pdf = use === 'look' ? { pdf: emptyTicketsPdf(order) } : {}
  return { draft: sampleDraft(kind, { language, now: ctx.now(), shop, order, ...pdf }), real: last !== undefined }
}

/** In the language of the preview, and without the key that opens it. Undefined where there is none, or tickets is away. */
async function lastOrder(ctx: Context, organizerUuid: string, language: Language): Promise<Order | undefined> {
  const last = await ctx.db
    .selectFrom('delivery')
    .select('order_id')
    .where('organizer_id', '=', organizerUuid)
    .where('kind', '=', 'order-confirmation')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!last?.order_id) return undefined
  try {
    const path = `/v1/orders/${toId('ord', last.order_id)}`
    const answer = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as OrderAnswer
    return toOrder({ ...answer, locale: language, secret: null })
  } catch {
    return undefined
  }
}
