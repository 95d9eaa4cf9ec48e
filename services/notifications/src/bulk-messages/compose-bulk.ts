import type { Language } from '@guichet/problem'
import { addressKey } from '../consent/address-key.ts'
import { footerLinksOf } from '../consent/links.ts'
import { asHolderOf } from '../content/held-ticket.ts'
import { fetchOrder, type Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { type Draft, shopOf } from '../deliveries/composers.ts'
import { NotSent, Skipped } from '../deliveries/not-sent.ts'
import { orderUrl, ticketsPart } from '../letters/order-parts.ts'
import { orderWords } from '../letters/order-words.ts'
import type { RenderedLetter } from '../letters/render-letter.ts'
import { textsOf } from '../messages/texts.ts'
import { renderFromTemplate } from '../templates/render-from-template.ts'
import { BULK_COLUMNS, type BulkMessage } from './bulk-message.ts'
import { kindOf } from './kind.ts'

/** The mail to one of many, with its order as it is now. Called off, or bought back since: not sent. */
export async function composeBulk(ctx: Context, claim: Claim): Promise<Draft> {
  const message = await ctx.db
    .selectFrom('bulk_message')
    .select(BULK_COLUMNS)
    .where('id', '=', claim.bulkMessageId ?? '')
    .executeTakeFirst()
  if (!message) throw new NotSent('refused', 'smtp', 'There is no such message to many.')
  if (message.state === 'cancelled') throw new Skipped('called-off', 'The organizer called the message off.')
  const order = forReader(ctx, claim, await fetchOrder(ctx, claim.orderId ?? ''))
  if (order.state !== (message.segment.orderState ?? 'confirmed')) {
    throw new Skipped('no-longer-true', `The order is ${order.state} since.`)
  }
  return {
    recipient: { name: order.buyer.name, address: order.buyer.email, language: order.language },
    timeZone: order.event.timeZone,
    content: { letter: await renderBulk(ctx, message, order, claim) },
  }
}

/** One who has several of its tickets is written to once: about the first that is still theirs. */
function forReader(ctx: Context, { ticketId, recipientKey }: Claim, order: Order): Order {
  if (ticketId === null) return order
  const seen = asHolderOf(order, (_, email) => addressKey(ctx.keys, email).toString('hex') === recipientKey)
  if (!seen) throw new Skipped('no-longer-true', 'The ticket is no longer good, or no longer with them.')
  return seen
}

/** In the order's language, or in the one that the message has. */
export function renderBulk(
  ctx: Context,
  message: Pick<BulkMessage, 'organizer_id' | 'purpose' | 'subject' | 'body'>,
  order: Order,
  claim?: Claim,
): Promise<RenderedLetter> {
  const language = languageFor(message, order.language)
  const t = textsOf(language)
  const shop = shopOf(ctx)
  const input = { order: { ...order, language }, occasion: order.event, facts: {}, now: ctx.now(), shop, t }
  const { card, variables } = orderWords(input)
  return renderFromTemplate(ctx, {
    kind: kindOf(message),
    organizerId: message.organizer_id,
    language,
    template: {
      subject: message.subject[language] ?? '',
      preheader: '',
      title: message.subject[language] ?? '',
      body: message.body[language] ?? '',
    },
    variables,
    button: { label: t('bulk.action', { count: Math.max(order.tickets.length, 1) }), url: orderUrl(input) },
    blocks: { event: { is: 'event', struck: order.event.cancelled, event: card }, tickets: ticketsPart(input) },
    footer: t(order.held && message.purpose === 'information' ? 'footer.bulk-holder' : `footer.${kindOf(message)}`, {
      shop: shop.name,
    }),
    ...(claim ? { footerLinks: footerLinksOf(ctx, claim, language) } : {}),
    attachments: [],
  })
}

/** The language in which somebody gets it: not everyone writes in two. */
export function languageFor({ body }: Pick<BulkMessage, 'body'>, wanted: Language): Language {
  if (body[wanted] !== undefined) return wanted
  return wanted === 'fr' ? 'en' : 'fr'
}
