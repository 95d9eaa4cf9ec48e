import { describeWhen } from '../formats/dates.ts'
import type { LetterDraft } from './letter.ts'
import { linesPart, type OrderLetterInput } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** The places are still there, for some minutes: the way back to the checkout. */
export function composeHoldReminder(input: OrderLetterInput): LetterDraft {
  const { order, occasion, shop, t } = input
  const { card, variables } = orderWords(input)
  const { expiresAt } = order
  const until = describeWhen({ startsAt: expiresAt, endsAt: expiresAt, timeZone: occasion.timeZone }, order.language)
  const key = order.secret ? `?key=${encodeURIComponent(order.secret)}` : ''
  return {
    kind: 'hold-reminder',
    language: order.language,
    variables: {
      ...variables,
      hold: {
        places: order.lines.reduce((sum, line) => sum + line.quantity, 0),
        deadline: until.starts,
        zone: until.zone,
      },
    },
    button: { label: t('action.resume-order'), url: `${shop.url}/${order.language}/checkout/${order.id}${key}` },
    blocks: { event: { is: 'event', struck: false, event: card }, order: linesPart(input) },
    legal: [t('hold-reminder.link-is-key')],
    footer: t('footer.hold', { shop: shop.name }),
    attachments: [],
  }
}
