import type { Static } from 'typebox'
import { inLanguage } from '../events/texts.ts'
import { formatDateTime, formatMoney } from '../invoices/formats.ts'
import type { OrderAnswer } from '../orders/order-schema.ts'

/** A ticket as it is printed: words in one language, and nothing that has to be asked for. */
export interface PrintedTicket {
  /** Signed; in the drawing. */
  code: string
  /** The ticket's id, for people: read aloud when a drawing cannot be scanned. */
  id: string
  typeName: string
  holderName: string
  price: string
  /** `2 / 3`: which of the order's. */
  place: string
}

export interface PrintedTickets {
  locale: string
  title: string
  seller: string
  when: string
  zone: string
  venue: string[]
  order: string
  words: typeof EN
  tickets: PrintedTicket[]
}

const EN = {
  document: 'Tickets',
  at: 'At the entrance, show this code on paper or on your telephone.',
  once: 'It admits one person, once. Do not publish it: whoever shows it first comes in.',
  holder: 'Holder',
  price: 'Price, all included',
  free: 'Free',
  order: 'Order',
  ticket: 'Ticket',
  seller: 'Organised by',
  code: 'Code for the entrance (QR) of the ticket',
}

const FR: typeof EN = {
  document: 'Billets',
  at: 'À l’entrée, présentez ce code sur papier ou sur votre téléphone.',
  once: 'Il donne accès à une personne, une fois. Ne le publiez pas : la première personne qui le présente entre.',
  holder: 'Titulaire',
  price: 'Prix, tout compris',
  free: 'Gratuit',
  order: 'Commande',
  ticket: 'Billet',
  seller: 'Organisé par',
  code: 'Code d’entrée (QR) du billet',
}

/** The order's valid tickets, ready to print. `seller`: who sells, where that is known. */
export function printedTickets(order: Static<typeof OrderAnswer>, locale: string, seller: string): PrintedTickets {
  const words = locale === 'fr' ? FR : EN
  const { event } = order
  const valid = order.tickets.filter((ticket) => ticket.state !== 'void' && ticket.code)
  return {
    locale,
    title: inLanguage(event.title, locale),
    seller,
    when: formatDateTime(event.startsAt, event.timeZone, locale),
    zone: zoneName(event.timeZone, event.startsAt, locale),
    venue: [event.venue?.name, [event.venue?.address, event.venue?.city].filter(Boolean).join(', ')].filter(
      (line): line is string => Boolean(line),
    ),
    order: order.number ?? order.id,
    words,
    tickets: valid.map((ticket, index) => {
      const line = order.lines.find((found) => found.lineNumber === ticket.lineNumber)
      const price = line ? line.unitPriceMinor + line.unitFeeMinor : 0
      return {
        code: ticket.code ?? '',
        id: ticket.id,
        typeName: inLanguage(ticket.typeName, locale),
        holderName: ticket.holderName ?? '',
        price: price === 0 ? words.free : formatMoney(price, order.currency, locale),
        place: `${index + 1} / ${valid.length}`,
      }
    }),
  }
}

function zoneName(timeZone: string, at: string, locale: string): string {
  try {
    const format = new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
      timeZone,
      timeZoneName: 'longGeneric',
    })
    return format.formatToParts(new Date(at)).find((part) => part.type === 'timeZoneName')?.value ?? timeZone
  } catch {
    return 'UTC'
  }
}
