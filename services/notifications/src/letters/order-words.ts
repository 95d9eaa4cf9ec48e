import type { Language } from '@guichet/problem'
import type { Occasion } from '../content/order.ts'
import type { Translate } from '../messages/texts.ts'
import { eventCard } from './event-card.ts'
import { type EventCard, greetingOf, nameOf, shopWords, type Variables } from './letter.ts'
import { amountOf, type OrderLetterInput, orderUrl } from './order-parts.ts'

/** What templates may say of an event: when and where, in the words of one language and in the venue's time. */
export function eventWords(
  occasion: Occasion,
  language: Language,
  t: Translate,
  previousStartsAt?: string,
): { card: EventCard; words: { [name: string]: string } } {
  const { card, when } = eventCard(occasion, language, t, previousStartsAt)
  return {
    card,
    words: {
      title: occasion.title,
      starts: card.starts,
      until: card.until,
      zone: card.zone,
      date: when.short,
      place: card.place,
      address: card.placeDetail,
    },
  }
}

/** What every letter about an order may say, and its event's card. */
export function orderWords(input: OrderLetterInput): {
  card: EventCard
  variables: Variables & { event: Variables; order: Variables }
} {
  const { order, occasion, facts, shop, t } = input
  const { card, words } = eventWords(occasion, order.language, t, facts.previousStartsAt)
  return {
    card,
    variables: {
      greeting: greetingOf(t, order.buyer.name),
      buyer: { name: nameOf(order.buyer.name) },
      shop: shopWords(shop),
      event: { ...words, cancelled: order.event.cancelled },
      order: {
        number: order.number,
        total: amountOf(input),
        tickets: order.tickets.length,
        paid: order.totalMinor > 0,
        valid: order.state === 'confirmed',
        url: orderUrl(input),
      },
    },
  }
}
