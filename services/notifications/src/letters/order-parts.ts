import { calendarFile } from '../calendar/calendar-file.ts'
import type { Occasion, Order } from '../content/order.ts'
import type { Refund } from '../content/refund.ts'
import type { EventFacts } from '../db.ts'
import { formatMoney } from '../formats/money.ts'
import { describePlace } from '../formats/place.ts'
import type { Attachment } from '../mail/mailer.ts'
import type { Translate } from '../messages/texts.ts'
import type { Part, Shop } from './letter.ts'

export interface OrderLetterInput {
  order: Order
  occasion: Occasion
  facts: EventFacts
  /** Of letters about a refund. */
  refund?: Refund | undefined
  /** Of the confirmation: the tickets to print. */
  pdf?: Attachment | undefined
  now: Date
  shop: Shop
  t: Translate
}

/**
 * The order's page; with its secret when we have it, else for signed-in buyers. For the holder of one of its tickets the page of
 * that, and the event's where the ticket is no longer theirs.
 */
export function orderUrl({ order, shop }: OrderLetterInput): string {
  const { held } = order
  if (held) {
    const page = held.secret
      ? `tickets/${held.ticketId}?key=${encodeURIComponent(held.secret)}`
      : `events/${order.eventId}`
    return `${shop.url}/${order.language}/${page}`
  }
  const key = order.secret ? `?key=${encodeURIComponent(order.secret)}` : ''
  return `${shop.url}/${order.language}/orders/${order.id}${key}`
}

/** The way to the order's page, for `{% button %}`. */
export function openOrder(input: OrderLetterInput): { label: string; url: string } {
  return { label: input.t(input.order.held ? 'action.open-ticket' : 'action.open-order'), url: orderUrl(input) }
}

export function amountOf({ order, t }: OrderLetterInput, minor = order.totalMinor): string {
  return minor === 0 ? t('free') : formatMoney(minor, order.currency, order.language)
}

/** What was ordered, with the total. */
export function linesPart(input: OrderLetterInput, totalLabel = input.t('label.total')): Part {
  const { order, t } = input
  return {
    is: 'lines',
    words: {
      caption: `${t('label.order')} ${order.number}`,
      ticket: t('label.ticket'),
      quantity: t('label.quantity'),
      amount: t('label.amount'),
    },
    rows: order.lines.map((line) => ({
      name: line.name,
      quantity: String(line.quantity),
      amount: amountOf(input, line.totalMinor),
    })),
    total: { label: totalLabel, amount: amountOf(input) },
  }
}

export function ticketsPart({ order, t }: OrderLetterInput): Part {
  return {
    is: 'tickets',
    label: t('label.tickets', { count: order.tickets.length }),
    rows: order.tickets.map((ticket) => ({ name: ticket.typeName, holder: ticket.holderName })),
  }
}

/**
 * The date for the buyer's calendar: added, moved or removed by the same uid. It links the public page: calendars are
 * shared, and the order's link is a key.
 */
export function calendarPart(input: OrderLetterInput, what: { description: string; cancelled: boolean }): Attachment {
  const { order, occasion, facts, shop, now, t } = input
  const place = describePlace(occasion.venue, order.language)
  const entry = {
    uid: `${order.held?.ticketId ?? order.id}@${new URL(shop.url).hostname}`,
    sequence: facts.version ?? 0,
    cancelled: what.cancelled,
    title: occasion.title,
    startsAt: occasion.startsAt,
    endsAt: occasion.endsAt,
    timeZone: occasion.timeZone,
    place: [place.name, place.rest].filter(Boolean).join(', ') || (occasion.venue.online ? t('when.online') : ''),
    description: what.description,
    url: `${shop.url}/${order.language}/events/${order.eventId}`,
  }
  return calendarFile(entry, now)
}
