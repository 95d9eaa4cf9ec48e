import { changesPart } from './changes-part.ts'
import type { LetterDraft } from './letter.ts'
import { calendarPart, type OrderLetterInput, openOrder } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** Another place at the same time; tickets stay valid. */
export function composeEventMoved(input: OrderLetterInput): LetterDraft {
  const { order, shop, t } = input
  const { card, variables } = orderWords(input)
  const changes = changesPart(input)
  const note = order.held ? 'ticket-received.calendar-note' : 'order-confirmation.calendar-note'
  const description = t(note, { number: order.number })
  return {
    kind: 'event-moved',
    language: order.language,
    variables: { ...variables, order: { ...variables.order, tickets: Math.max(order.tickets.length, 1) } },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: false, event: card }, ...(changes ? { changes } : {}) },
    footer: t(order.held ? 'footer.ticket' : 'footer.order', { shop: shop.name }),
    attachments: [calendarPart(input, { description, cancelled: false })],
  }
}
