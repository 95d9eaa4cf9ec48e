import { eventCard } from './event-card.ts'
import { greetingOf, type Letter } from './letter.ts'
import { actionPart, calendarPart, type OrderLetterInput } from './order-parts.ts'

/** The new date, with the old one beside it; tickets stay valid. */
export function composeEventRescheduled(input: OrderLetterInput): Letter {
  const { order, occasion, facts, shop, t } = input
  const { card, when } = eventCard(occasion, order.language, t, facts.previousStartsAt)
  const count = Math.max(order.tickets.length, 1)
  return {
    language: order.language,
    shop,
    subject: t('event-rescheduled.subject', { event: occasion.title, when: when.short }),
    preheader: t('event-rescheduled.preheader', { number: order.number }),
    title: t('event-rescheduled.title'),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      { is: 'paragraph', text: t('event-rescheduled.intro') },
      { is: 'event', struck: false, event: card },
      actionPart(input, t('event-rescheduled.action', { count })),
      { is: 'paragraph', text: t('event-rescheduled.cannot') },
      { is: 'fine', text: t('event-rescheduled.calendar') },
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [
      calendarPart(input, {
        description: t('order-confirmation.calendar-note', { number: order.number }),
        cancelled: false,
      }),
    ],
  }
}
