import { inLanguage } from '../content/localised.ts'
import type { LetterDraft } from './letter.ts'
import { amountOf, calendarPart, type OrderLetterInput, openOrder } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** The event will not take place; the refund is under way by itself. */
export function composeEventCancelled(input: OrderLetterInput): LetterDraft {
  const { order, facts, shop, t } = input
  const { card, variables } = orderWords(input)
  return {
    kind: 'event-cancelled',
    language: order.language,
    variables: {
      ...variables,
      event: { ...variables.event, reason: inLanguage(facts.cancellationReason, order.language, 1_000) },
      refund: {
        state: order.held ? 'none' : order.totalMinor === 0 ? 'free' : order.returned ? 'done' : 'due',
        amount: amountOf(input),
      },
    },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: true, event: card } },
    footer: t(order.held ? 'footer.ticket' : 'footer.order', { shop: shop.name }),
    attachments: [calendarPart(input, { description: t('event-cancelled.calendar-note'), cancelled: true })],
  }
}
