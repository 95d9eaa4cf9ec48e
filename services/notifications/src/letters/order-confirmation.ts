import { withdrawalSentence } from '../legal/withdrawal.ts'
import type { LetterDraft } from './letter.ts'
import { calendarPart, linesPart, type OrderLetterInput, openOrder, ticketsPart } from './order-parts.ts'
import { orderWords } from './order-words.ts'
import { paymentPart } from './payment-part.ts'

/** The tickets. Sent late, after the order was refunded, it says so instead of handing out what no longer opens a door. */
export function composeOrderConfirmation(input: OrderLetterInput): LetterDraft {
  const { order, shop, now, t, pdf } = input
  const { card, variables } = orderWords(input)
  const valid = order.state === 'confirmed'
  const law = order.totalMinor > 0 ? withdrawalSentence(order.language, now) : undefined
  const payment = paymentPart(input)
  const description = t('order-confirmation.calendar-note', { number: order.number })
  return {
    kind: 'order-confirmation',
    language: order.language,
    // An order whose tickets are not in our copy yet has one at least.
    variables: {
      ...variables,
      order: { ...variables.order, tickets: Math.max(order.tickets.length, 1), attached: valid && pdf !== undefined },
    },
    button: openOrder(input),
    blocks: {
      event: { is: 'event', struck: false, event: card },
      ...(valid && order.tickets.length > 0 ? { tickets: ticketsPart(input) } : {}),
      order: linesPart(input),
      ...(payment ? { payment } : {}),
    },
    notices: valid ? [] : [t('order-confirmation.no-longer')],
    legal: [...(valid ? [t('order-confirmation.link-is-key')] : []), ...(law ? [law] : [])],
    footer: t('footer.order', { shop: shop.name }),
    attachments: valid ? [...(pdf ? [pdf] : []), calendarPart(input, { description, cancelled: false })] : [],
  }
}
