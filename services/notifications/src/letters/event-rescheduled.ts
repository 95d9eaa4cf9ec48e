import { changesPart } from './changes-part.ts'
import type { LetterDraft } from './letter.ts'
import { calendarPart, type OrderLetterInput, openOrder } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** The new date, with the old one beside it; tickets stay valid. */
export function composeEventRescheduled(input: OrderLetterInput): LetterDraft {
  const { order, shop, t } = input
  const { card, variables } = orderWords(input)
  const changes = changesPart(input)
  const note = order.held ? 'ticket-received.calendar-note' : 'order-confirmation.calendar-note'
  const description = t(note, { number: order.number })
  return {
    kind: 'event-rescheduled',
    language: order.language,
    variables: {
      ...variables,
      event: { ...variables.event, was: card.was },
      order: { ...variables.order, tickets: Math.max(order.tickets.length, 1) },
    },
    button: openOrder(input),
    blocks: {
      // Said once: among the changes, or on the card where nothing more is known of before.
      event: { is: 'event', struck: false, event: changes ? { ...card, was: '' } : card },
      ...(changes ? { changes } : {}),
    },
    footer: t(order.held ? 'footer.ticket' : 'footer.order', { shop: shop.name }),
    attachments: [calendarPart(input, { description, cancelled: false })],
  }
}
