import { inLanguage } from '../content/localised.ts'
import { eventCard } from './event-card.ts'
import { greetingOf, type Letter } from './letter.ts'
import { actionPart, amountOf, calendarPart, type OrderLetterInput } from './order-parts.ts'

/** The event will not take place; the refund is under way by itself. */
export function composeEventCancelled(input: OrderLetterInput): Letter {
  const { order, occasion, facts, shop, t } = input
  const { card } = eventCard(occasion, order.language, t)
  const reason = inLanguage(facts.cancellationReason, order.language, 1_000)
  const how = order.totalMinor === 0 ? 'free' : order.returned ? 'done' : 'due'
  return {
    language: order.language,
    shop,
    subject: t('event-cancelled.subject', { event: occasion.title }),
    preheader: t('event-cancelled.preheader', { number: order.number }),
    title: t('event-cancelled.title'),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      { is: 'paragraph', text: t('event-cancelled.intro') },
      { is: 'event', struck: true, event: card },
      ...(reason ? [{ is: 'notice' as const, text: t('label.reason', { reason }) }] : []),
      { is: 'paragraph', text: t('event-cancelled.refund', { how, amount: amountOf(input) }) },
      actionPart(input, t('event-cancelled.action')),
      { is: 'fine', text: t('event-cancelled.calendar') },
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [calendarPart(input, { description: t('event-cancelled.calendar-note'), cancelled: true })],
  }
}
