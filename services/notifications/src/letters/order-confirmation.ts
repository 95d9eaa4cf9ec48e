import { withdrawalSentence } from '../legal/withdrawal.ts'
import { eventCard } from './event-card.ts'
import { greetingOf, type Letter, type Part } from './letter.ts'
import { actionPart, calendarPart, linesPart, type OrderLetterInput, ticketsPart } from './order-parts.ts'

/** The tickets. Sent late, after the order was refunded, it says so instead of handing out what no longer opens a door. */
export function composeOrderConfirmation(input: OrderLetterInput): Letter {
  const { order, occasion, shop, now, t } = input
  const { card, when } = eventCard(occasion, order.language, t)
  const count = Math.max(order.tickets.length, 1)
  const valid = order.state === 'confirmed'
  const law = order.totalMinor > 0 ? withdrawalSentence(order.language, now) : undefined
  const fine = (text: string): Part => ({ is: 'fine', text })
  return {
    language: order.language,
    shop,
    subject: t('order-confirmation.subject', { count, event: occasion.title }),
    preheader: t('order-confirmation.preheader', { when: when.starts, place: card.place, number: order.number }),
    title: valid ? t('order-confirmation.title', { count }) : `${t('label.order')} ${order.number}`,
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      valid
        ? { is: 'paragraph', text: t('order-confirmation.intro') }
        : { is: 'notice', text: t('order-confirmation.no-longer') },
      { is: 'event', struck: false, event: card },
      actionPart(input, valid ? t('order-confirmation.action', { count }) : t('order-refund.action')),
      ...(valid && order.tickets.length > 0 ? [ticketsPart(input)] : []),
      linesPart(input),
      ...(valid ? [fine(t('order-confirmation.link-is-key')), fine(t('order-confirmation.calendar'))] : []),
      ...(law ? [fine(law)] : []),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: valid
      ? [
          calendarPart(input, {
            description: t('order-confirmation.calendar-note', { number: order.number }),
            cancelled: false,
          }),
        ]
      : [],
  }
}
