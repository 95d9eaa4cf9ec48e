import type { Order } from '../content/order.ts'
import type { Entry } from '../content/waiting-entry.ts'
import { describeWhen } from '../formats/dates.ts'
import { textsOf } from '../messages/texts.ts'
import { eventCard } from './event-card.ts'
import { greetingOf, type Letter, type LetterContext, type Part } from './letter.ts'
import { actionPart, linesPart } from './order-parts.ts'
import { entryUrl } from './waiting-joined.ts'

/** Places are kept, until a deadline that is told in the venue's time, as every date. */
export function composeWaitingOffered(entry: Entry, order: Order, { now, shop }: LetterContext): Letter {
  const t = textsOf(entry.language)
  const { card } = eventCard(order.event, entry.language, t)
  const { expiresAt } = order
  const until = describeWhen({ startsAt: expiresAt, endsAt: expiresAt, timeZone: order.event.timeZone }, entry.language)
  const deadline = { deadline: until.starts, zone: until.zone }
  const count = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  const input = { order, occasion: order.event, facts: {}, now, shop, t }
  const fine = (text: string): Part => ({ is: 'fine', text })
  return {
    language: entry.language,
    shop,
    subject: t('waiting-list-offered.subject', { count, event: order.event.title }),
    preheader: t('waiting-list-offered.preheader', { count, ...deadline }),
    title: t('waiting-list-offered.title', { count }),
    greeting: greetingOf(t, null),
    parts: [
      { is: 'paragraph', text: t('waiting-list-offered.intro', { count, ...deadline }) },
      ...(count < entry.quantity
        ? [{ is: 'paragraph' as const, text: t('waiting-list-offered.fewer', { count, wanted: entry.quantity }) }]
        : []),
      { is: 'event', struck: false, event: card },
      actionPart(input, t('waiting-list-offered.action')),
      linesPart(input),
      fine(t('waiting-list-offered.link-is-key')),
      fine(t('waiting-list-offered.decline', { url: entryUrl(entry, shop) })),
    ],
    footer: t('footer.waiting', { shop: shop.name }),
    attachments: [],
  }
}
