import { Temporal } from 'temporal-polyfill'
import { inLanguage } from '../content/localised.ts'
import { knownZone } from '../formats/dates.ts'
import type { LetterDraft } from './letter.ts'
import { calendarPart, type OrderLetterInput, openOrder, ticketsPart } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/** Soon: when, where, and the way to the tickets; with what the organizer adds. */
export function composeEventReminder(input: OrderLetterInput): LetterDraft {
  const { order, occasion, facts, shop, now, t } = input
  const { card, variables } = orderWords(input)
  const note = order.held ? 'ticket-received.calendar-note' : 'order-confirmation.calendar-note'
  const description = t(note, { number: order.number })
  return {
    kind: 'event-reminder',
    language: order.language,
    variables: {
      ...variables,
      order: { ...variables.order, tickets: Math.max(order.tickets.length, 1) },
      reminder: {
        days: daysUntil(occasion, now),
        note: inLanguage(facts.note, order.language, 1_000),
      },
    },
    button: openOrder(input),
    blocks: {
      event: { is: 'event', struck: false, event: card },
      ...(order.tickets.length > 0 ? { tickets: ticketsPart(input) } : {}),
    },
    legal: [t('order-confirmation.link-is-key')],
    footer: t(order.held ? 'footer.ticket' : 'footer.order', { shop: shop.name }),
    attachments: [calendarPart(input, { description, cancelled: false })],
  }
}

/** Days of the venue's calendar: 0 is today, whatever the hours between. */
function daysUntil({ startsAt, timeZone }: { startsAt: string; timeZone: string }, now: Date): number {
  const dayOf = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(knownZone(timeZone)).toPlainDate()
  return Math.max(0, dayOf(now.getTime()).until(dayOf(Date.parse(startsAt))).days)
}
