import type { Order } from '../content/order.ts'
import type { Entry } from '../content/waiting-entry.ts'
import { describeWhen } from '../formats/dates.ts'
import { textsOf } from '../messages/texts.ts'
import { greetingOf, type LetterContext, type LetterDraft, shopWords } from './letter.ts'
import { linesPart, openOrder } from './order-parts.ts'
import { eventWords } from './order-words.ts'
import { waitingWords } from './waiting-joined.ts'

/** Places are kept, until a deadline that is told in the venue's time, as every date. */
export function composeWaitingOffered(entry: Entry, order: Order, { now, shop }: LetterContext): LetterDraft {
  const t = textsOf(entry.language)
  const { card, words } = eventWords(order.event, entry.language, t)
  const { expiresAt } = order
  const until = describeWhen({ startsAt: expiresAt, endsAt: expiresAt, timeZone: order.event.timeZone }, entry.language)
  const input = { order, occasion: order.event, facts: {}, now, shop, t }
  return {
    kind: 'waiting-list-offered',
    language: entry.language,
    variables: {
      greeting: greetingOf(t, null),
      shop: shopWords(shop),
      event: words,
      waiting: waitingWords(entry, shop),
      offer: {
        places: order.lines.reduce((sum, line) => sum + line.quantity, 0),
        deadline: until.starts,
        zone: until.zone,
      },
    },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: false, event: card }, order: linesPart(input) },
    legal: [t('waiting-list-offered.link-is-key')],
    footer: t('footer.waiting', { shop: shop.name }),
    attachments: [],
  }
}
