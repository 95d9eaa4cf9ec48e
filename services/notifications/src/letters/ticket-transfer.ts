import type { LetterDraft } from './letter.ts'
import { nameOf } from './letter.ts'
import { calendarPart, type OrderLetterInput, openOrder, ticketsPart } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** To whom a ticket was passed on: the ticket, the way to its page, the date for the calendar. */
export function composeTicketReceived(input: OrderLetterInput): LetterDraft {
  const { order, shop, t, pdf } = input
  const { card, variables } = orderWords(input)
  const description = t('ticket-received.calendar-note', { number: order.number })
  return {
    kind: 'ticket-received',
    language: order.language,
    variables: {
      ...variables,
      order: { ...variables.order, attached: pdf !== undefined },
      pass: passWords(input, { from: order.held?.from ?? null, to: order.buyer.name }),
    },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: false, event: card }, tickets: ticketsPart(input) },
    legal: [t('order-confirmation.link-is-key')],
    footer: t('footer.ticket', { shop: shop.name }),
    attachments: [...(pdf ? [pdf] : []), calendarPart(input, { description, cancelled: false })],
  }
}

/** To the buyer: what was passed on, to whom, and that it can be taken back. `order` has that ticket alone. */
export function composeTicketPassedOn(input: OrderLetterInput): LetterDraft {
  const { order, shop, t } = input
  const { card, variables } = orderWords(input)
  const [ticket] = order.tickets
  return {
    kind: 'ticket-passed-on',
    language: order.language,
    variables: { ...variables, pass: passWords(input, { from: order.buyer.name, to: ticket?.holderName ?? null }) },
    button: openOrder(input),
    blocks: { event: { is: 'event', struck: false, event: card }, tickets: ticketsPart(input) },
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}

/** To whom had it before: it does not open the door any more. Taken back, or void because it was refunded. */
export function composeTicketTakenBack(input: OrderLetterInput): LetterDraft {
  const { order, shop, t } = input
  const { card, variables } = orderWords(input)
  const description = t('ticket-received.calendar-note', { number: order.number })
  return {
    kind: 'ticket-taken-back',
    language: order.language,
    variables: {
      ...variables,
      pass: {
        ...passWords(input, { from: order.held?.from ?? null, to: order.buyer.name }),
        refunded: order.tickets[0]?.valid === false,
      },
    },
    blocks: { event: { is: 'event', struck: false, event: card } },
    footer: t('footer.ticket', { shop: shop.name }),
    attachments: [calendarPart(input, { description, cancelled: true })],
  }
}

function passWords({ order }: OrderLetterInput, { from, to }: { from: string | null; to: string | null }) {
  return { from: nameOf(from), to: nameOf(to), type: order.tickets[0]?.typeName ?? '' }
}
