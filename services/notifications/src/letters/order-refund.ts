import { eventCard } from './event-card.ts'
import { greetingOf, type Letter } from './letter.ts'
import { actionPart, amountOf, linesPart, type OrderLetterInput } from './order-parts.ts'

/** The money is on its way back. When the event is cancelled it says so, for whom the other letter may not reach first. */
export function composeOrderRefund(input: OrderLetterInput): Letter {
  const { order, occasion, shop, t } = input
  const { card } = eventCard(occasion, order.language, t)
  const paid = order.totalMinor > 0 ? 'yes' : 'no'
  return {
    language: order.language,
    shop,
    subject: t('order-refund.subject', { paid, event: occasion.title }),
    preheader: t('order-refund.preheader', { number: order.number }),
    title: t('order-refund.title', { paid }),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      ...(order.event.cancelled ? [{ is: 'notice' as const, text: t('order-refund.event-cancelled') }] : []),
      { is: 'paragraph', text: t('order-refund.intro', { paid, amount: amountOf(input) }) },
      { is: 'event', struck: order.event.cancelled, event: card },
      linesPart(input, order.totalMinor > 0 ? t('order-refund.amount') : t('label.total')),
      // An order that was paid too late never had any.
      ...(order.tickets.length > 0 ? [{ is: 'paragraph' as const, text: t('order-refund.void') }] : []),
      actionPart(input, t('order-refund.action')),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}
