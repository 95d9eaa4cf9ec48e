import { eventCard } from './event-card.ts'
import { greetingOf, type Letter } from './letter.ts'
import { actionPart, amountOf, linesPart, type OrderLetterInput } from './order-parts.ts'

/** All tickets are void. When the event is cancelled it says so, for whom the other letter may not reach first. */
export function composeOrderRefund(input: OrderLetterInput): Letter {
  const { order, occasion, refund, shop, t } = input
  const { card } = eventCard(occasion, order.language, t)
  const amountMinor = refund?.amountMinor ?? order.totalMinor
  // Of a paid order nothing may go back, too: what was kept, or had gone back before.
  const paid = order.totalMinor === 0 ? 'no' : amountMinor === 0 ? 'nothing' : 'yes'
  const whole = paid === 'yes' && amountMinor === order.totalMinor
  return {
    language: order.language,
    shop,
    subject: t('order-refund.subject', { paid, event: occasion.title }),
    preheader: t('order-refund.preheader', { number: order.number }),
    title: t('order-refund.title', { paid }),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      ...(order.event.cancelled ? [{ is: 'notice' as const, text: t('order-refund.event-cancelled') }] : []),
      { is: 'paragraph', text: t('order-refund.intro', { paid, amount: amountOf(input, amountMinor) }) },
      { is: 'event', struck: order.event.cancelled, event: card },
      linesPart(input, whole ? t('order-refund.amount') : t('label.total')),
      // An order that was paid too late never had any.
      ...(order.tickets.length > 0 ? [{ is: 'paragraph' as const, text: t('order-refund.void') }] : []),
      actionPart(input, t('order-refund.action')),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}

/** Some tickets, or some money, went back; the rest of the order stays. */
export function composePartialRefund(input: OrderLetterInput): Letter {
  const { order, occasion, refund, shop, t } = input
  const { card } = eventCard(occasion, order.language, t)
  const { amountMinor, tickets } = refund ?? { amountMinor: 0, tickets: 0 }
  const paid = amountMinor > 0 ? 'yes' : 'no'
  return {
    language: order.language,
    shop,
    subject: t('order-partial-refund.subject', { event: occasion.title }),
    preheader: t('order-refund.preheader', { number: order.number }),
    title: t('order-partial-refund.title'),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      { is: 'paragraph', text: t('order-partial-refund.intro', { paid, amount: amountOf(input, amountMinor) }) },
      { is: 'paragraph', text: t('order-partial-refund.tickets', { count: tickets }) },
      { is: 'event', struck: false, event: card },
      actionPart(input, t('order-refund.action')),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}

/** Of tickets' reasons, the words of the letter. */
const WHY: Record<string, string> = {
  'late-payment': 'late',
  'duplicate-payment': 'twice',
  'amount-mismatch': 'amount',
  'event-cancelled': 'cancelled',
}

/** Money that could not buy its order has gone back; whatever tickets the order has are not touched by it. */
export function composePaymentRefund(input: OrderLetterInput): Letter {
  const { order, occasion, refund, shop, t } = input
  const { card } = eventCard(occasion, order.language, t)
  return {
    language: order.language,
    shop,
    subject: t('payment-refund.subject', { event: occasion.title }),
    preheader: t('payment-refund.preheader', { number: order.number }),
    title: t('payment-refund.title'),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      { is: 'paragraph', text: t('payment-refund.why', { reason: WHY[refund?.reason ?? ''] ?? 'other' }) },
      { is: 'paragraph', text: t('payment-refund.intro', { amount: amountOf(input, refund?.amountMinor) }) },
      { is: 'event', struck: order.event.cancelled, event: card },
      actionPart(input, t('order-refund.action')),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}
