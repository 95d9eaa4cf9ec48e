import { DomainError } from '@guichet/problem'
import { stepOf } from '../money/currency.ts'
import { apportion } from '../prices/apportion.ts'
import type { LineBooks, OrderBooks } from './order-books.ts'

/** What is to go back. Without any of the first four, all that is left. */
export interface RefundWish {
  ticketIds?: readonly string[] | undefined
  lines?: readonly { lineNumber: number; quantity: number }[] | undefined
  ticketTypeIds?: readonly string[] | undefined
  /** With tickets: instead of what they are worth. Alone: money only, the tickets stay. */
  amountMinor?: number | undefined
  /** In basis points, of what the tickets are worth. */
  keptBp?: number | undefined
  /** Who has come in already: not refunded, left out, or refunded all the same. */
  admitted: 'refuse' | 'leave' | 'include'
  /** When less of the charge is left than that: none of it, or what is left. */
  short: 'refuse' | 'cap'
  /** Only what is still the buyer's: tickets passed on are left out, and refused when they are named. */
  own?: boolean
}

export interface RefundPlan {
  amountMinor: number
  /** Adds up to the amount. */
  lines: { lineNumber: number; quantity: number; amountMinor: number }[]
  ticketIds: string[]
  /** Of what the tickets are worth. */
  keptMinor: number
  /** With these, the last ticket of the order becomes void. */
  endsOrder: boolean
}

/**
 * Decides what a refund gives back, to the minor unit; a pure function, by which a preview and the refund itself are the same.
 * @throws DomainError why not
 */
export function planRefund(books: OrderBooks, wish: RefundWish): RefundPlan {
  const { order, payment } = books
  const refused = () => new DomainError('order-not-refundable', { state: order.state })
  if (!payment || (order.state !== 'confirmed' && order.state !== 'refunded')) throw refused()
  const moneyOnly = wish.amountMinor !== undefined && !wish.ticketIds && !wish.lines && !wish.ticketTypeIds
  const tickets = moneyOnly ? [] : chooseTickets(books, wish)
  if (!moneyOnly && tickets.length === 0) throw refused()
  const parts = books.lines
    .map((line) => {
      const own = tickets.filter((ticket) => ticket.lineNumber === line.number)
      const worthMinor = moneyOnly ? line.totalMinor - line.refundedMinor : worthOf(books, line, own)
      return { lineNumber: line.number, quantity: own.length, worthMinor }
    })
    .filter((part) => moneyOnly || part.quantity > 0)
  const worthMinor = parts.reduce((sum, part) => sum + part.worthMinor, 0)
  const amountMinor = amountOf(books, wish, worthMinor)
  const amounts = apportion(
    amountMinor,
    parts.map((part) => part.worthMinor),
  )
  return {
    amountMinor,
    lines: parts
      .map(({ lineNumber, quantity }, index) => ({ lineNumber, quantity, amountMinor: amounts[index] ?? 0 }))
      .filter((part) => part.quantity > 0 || part.amountMinor > 0),
    ticketIds: tickets.map((ticket) => ticket.id),
    keptMinor: moneyOnly ? 0 : worthMinor - amountMinor,
    endsOrder: order.state === 'confirmed' && tickets.length > 0 && tickets.length === books.tickets.length,
  }
}

/** Plans of those orders that have something left; who was refunded in between, or has come in, has not. */
export function planEach(all: readonly OrderBooks[], wish: RefundWish): { books: OrderBooks; plan: RefundPlan }[] {
  return all.flatMap((books) => {
    try {
      return [{ books, plan: planRefund(books, wish) }]
    } catch (error) {
      if (error instanceof DomainError && error.code === 'order-not-refundable') return []
      throw error
    }
  })
}

function amountOf(books: OrderBooks, wish: RefundWish, worthMinor: number): number {
  const wanted = wish.amountMinor ?? worthMinor - keptOf(worthMinor, wish.keptBp ?? 0, books.order.currency)
  const left = Math.min(worthMinor, books.refundableMinor)
  if (wanted <= left) return wanted
  if (wish.short === 'cap') return left
  const facts = { amountMinor: wanted, refundableMinor: left, currency: books.order.currency }
  throw new DomainError(books.disputedMinor > 0 ? 'payment-disputed' : 'refund-too-high', facts)
}

/** Rounded down: for the buyer, and to what a provider can send back the rest of. */
function keptOf(worthMinor: number, keptBp: number, currency: string): number {
  const kept = Math.floor((worthMinor * keptBp) / 10_000)
  return kept - (kept % stepOf(currency))
}

type Tickets = OrderBooks['tickets']

function chooseTickets({ tickets, lines }: OrderBooks, wish: RefundWish): Tickets {
  if (wish.ticketIds) return named(tickets, wish)
  if (wish.lines) return wish.lines.flatMap((line) => lastOfLine(tickets, line, wish))
  const types = wish.ticketTypeIds && new Set(wish.ticketTypeIds)
  const typeOf = new Map(lines.map((line) => [line.number, line.ticketTypeId]))
  const ofTypes = types ? tickets.filter((ticket) => types.has(typeOf.get(ticket.lineNumber) ?? '')) : tickets
  const wanted = wish.own ? ofTypes.filter((ticket) => !ticket.passedOn) : ofTypes
  if (wanted.length === 0 && ofTypes.length > 0) throw new DomainError('ticket-passed-on')
  if (wish.admitted === 'leave') return wanted.filter((ticket) => !ticket.admitted)
  return assertAdmitted(wanted, wish)
}

function named(tickets: Tickets, wish: RefundWish): Tickets {
  const wanted = new Set(wish.ticketIds)
  const found = tickets.filter((ticket) => wanted.has(ticket.id))
  if (found.length < wanted.size) throw new DomainError('tickets-not-refundable', { count: wanted.size - found.length })
  if (wish.own && found.some((ticket) => ticket.passedOn)) throw new DomainError('ticket-passed-on')
  return assertAdmitted(found, wish)
}

/** The last of a line: the buyer's own before those of others, and who has not come in before who has. */
function lastOfLine(
  tickets: Tickets,
  { lineNumber, quantity }: { lineNumber: number; quantity: number },
  wish: RefundWish,
): Tickets {
  const ofLine = tickets.filter((ticket) => ticket.lineNumber === lineNumber).reverse()
  const rank = (one: Tickets[number]) => (one.admitted ? 2 : one.passedOn ? 1 : 0)
  const chosen = ofLine.sort((one, other) => rank(one) - rank(other)).slice(0, quantity)
  if (chosen.length < quantity) throw new DomainError('tickets-not-refundable', { count: quantity - chosen.length })
  return assertAdmitted(chosen, wish)
}

function assertAdmitted(tickets: Tickets, wish: RefundWish): Tickets {
  const admitted = tickets.filter((ticket) => ticket.admitted).length
  if (admitted > 0 && wish.admitted === 'refuse') throw new DomainError('ticket-checked-in', { count: admitted })
  return tickets
}

/**
 * What tickets of a line are worth: what is left of the line is shared among its valid tickets, in the order of their ids,
 * and none is worth more than it cost. Given back one by one they sum to the line.
 */
function worthOf({ tickets }: OrderBooks, line: LineBooks, chosen: Tickets): number {
  const valid = tickets.filter((ticket) => ticket.lineNumber === line.number)
  const shares = apportion(
    line.totalMinor - line.refundedMinor,
    valid.map(() => 1),
  )
  const ids = new Set(chosen.map((ticket) => ticket.id))
  const unitMinor = line.totalMinor / line.quantity
  return valid.reduce((sum, { id }, index) => sum + (ids.has(id) ? Math.min(unitMinor, shares[index] ?? 0) : 0), 0)
}
