import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import { ask } from './ask.ts'
import { cleanLine } from './clean-text.ts'
import { inLanguage, type Localised, languageOfLocale } from './localised.ts'

/** Where and when something takes place, in the reader's language. */
export interface Occasion {
  title: string
  startsAt: string
  endsAt: string
  /** IANA. */
  timeZone: string
  venue: { name: string; address: string; city: string; country: string; online: boolean }
}

/** Money that a buyer is to send. */
export interface Transfer {
  beneficiary: string
  iban: string
  bic: string
  reference: string
  dueAt: string
}

/** An order as a letter needs it: texts clean, in the buyer's language. */
export interface Order {
  id: string
  eventId: string
  number: string
  state: string
  /** All money has gone back. */
  returned: boolean
  language: Language
  buyer: { name: string | null; email: string; phone: string | null }
  event: Occasion & { cancelled: boolean }
  lines: { name: string; quantity: number; totalMinor: number }[]
  totalMinor: number
  currency: string
  tickets: OrderTicket[]
  /** Seen by the holder of one of its tickets, who is its buyer then: see asHolder. */
  held?: { ticketId: string; secret: string | null; from: string | null }
  /** Opens the order to whoever has it; null when tickets did not give it. */
  secret: string | null
  /** Of a hold. */
  expiresAt: string
  /** The payment that counts. */
  payment: { state: string; provider: string; amountMinor: number; currency: string; test: boolean } | null
  /** When it was bought. */
  confirmedAt: string | null
  /** When its places were taken. */
  createdAt: string
  /** What the buyer must do at the bank; null when nothing is awaited there. */
  transfer: Transfer | null
  /** The boxes ticked at the checkout, with the words beside them. */
  consents: Consent[]
}

export interface OrderTicket {
  id: string
  typeName: string
  holderName: string
  valid: boolean
  /** Whom the buyer has passed it on to; null: nobody. */
  holder: { email: string | null; secret: string | null; issue: number } | null
}

/** A box that the buyer ticked. */
export interface Consent {
  kind: string
  wording: string
  wordingVersion: string
  language: Language
  givenAt: string
}

/** What `GET /v1/orders/{orderId}` of tickets answers, as far as it is read here (contracts/http/tickets.yaml). */
export interface OrderAnswer {
  id: string
  /** Null for an order that was paid too late and never confirmed. */
  number: string | null
  eventId: string
  state: string
  payment?: {
    state: string
    provider?: string
    amountMinor?: number
    currency?: string
    mode?: string | null
    instructions?: (Omit<Transfer, 'bic'> & { bic?: string | null }) | null
  } | null
  confirmedAt?: string | null
  locale?: string | null
  buyer: { name?: string | null; email: string; phone?: string | null } | null
  event: {
    title: Localised
    startsAt: string
    endsAt: string
    timeZone: string
    venue?: Partial<Occasion['venue']> | null
    status: string
  }
  lines: { name: Localised; quantity: number; totalMinor: number }[]
  totalMinor: number
  currency: string
  tickets?: {
    id?: string
    typeName: Localised | string
    holderName?: string | null
    state: string
    holder?: { email: string | null; secret?: string } | null
    transfers?: { issue: number }[]
  }[]
  secret?: string | null
  expiresAt?: string
  consents?: Consent[]
  createdAt?: string
}

const PHONE = /^\+[1-9]\d{6,14}$/

/** The order with that UUID, asked from tickets now. */
export async function fetchOrder(ctx: Context, orderUuid: string): Promise<Order> {
  return toOrder(
    (await ask(ctx.tickets, ctx.outages, 'tickets', `/v1/orders/${toId('ord', orderUuid)}`)) as OrderAnswer,
  )
}

/** Cleans what came from elsewhere, at the border: nothing behind it has to think of it again. */
export function toOrder(answer: OrderAnswer): Order {
  if (!answer.buyer?.email) throw new NotSent('refused', 'tickets', 'The order has no buyer to write to.')
  const language = languageOfLocale(answer.locale)
  const { buyer, event } = answer
  return {
    id: answer.id,
    eventId: answer.eventId,
    number: cleanLine(answer.number ?? answer.id, 60),
    state: answer.state,
    returned: answer.payment?.state === 'refunded',
    language,
    buyer: {
      name: cleanLine(buyer.name, 100) || null,
      // Not cleaned: an address with anything odd in it must be refused, not mended into another's.
      email: buyer.email,
      phone: buyer.phone && PHONE.test(buyer.phone) ? buyer.phone : null,
    },
    event: { ...toOccasion(event, language), cancelled: event.status === 'cancelled' },
    lines: answer.lines.map((line) => ({
      name: inLanguage(line.name, language),
      quantity: line.quantity,
      totalMinor: line.totalMinor,
    })),
    totalMinor: answer.totalMinor,
    currency: answer.currency,
    tickets: (answer.tickets ?? []).map((ticket) => ({
      id: ticket.id ?? '',
      typeName:
        typeof ticket.typeName === 'string' ? cleanLine(ticket.typeName) : inLanguage(ticket.typeName, language),
      holderName: cleanLine(ticket.holderName, 100),
      valid: ticket.state !== 'void',
      holder: toHolder(ticket),
    })),
    secret: answer.secret ?? null,
    expiresAt: answer.expiresAt ?? '',
    payment: toPayment(answer),
    confirmedAt: answer.confirmedAt ?? null,
    createdAt: answer.createdAt ?? '',
    transfer: answer.state === 'held' ? toTransfer(answer.payment?.instructions) : null,
    consents: answer.consents ?? [],
  }
}

type TicketAnswer = NonNullable<OrderAnswer['tickets']>[number]

function toHolder({ holder, transfers }: TicketAnswer): OrderTicket['holder'] {
  if (!holder) return null
  return { email: holder.email, secret: holder.secret ?? null, issue: transfers?.at(-1)?.issue ?? 0 }
}

function toPayment({ payment, currency }: OrderAnswer): Order['payment'] {
  if (!payment) return null
  return {
    state: payment.state,
    provider: payment.provider ?? '',
    amountMinor: payment.amountMinor ?? 0,
    currency: payment.currency ?? currency,
    test: payment.mode === 'test',
  }
}

function toTransfer(instructions: NonNullable<OrderAnswer['payment']>['instructions']): Transfer | null {
  if (!instructions) return null
  const { beneficiary, iban, bic, reference, dueAt } = instructions
  return {
    beneficiary: cleanLine(beneficiary, 140),
    iban: cleanLine(iban, 40),
    bic: cleanLine(bic, 20),
    reference: cleanLine(reference, 40),
    dueAt,
  }
}

/** An event in the reader's language. */
export function toOccasion(
  event: Pick<OrderAnswer['event'], 'title' | 'startsAt' | 'endsAt' | 'timeZone' | 'venue'>,
  language: Language,
): Occasion {
  const { venue } = event
  return {
    title: inLanguage(event.title, language),
    startsAt: event.startsAt,
    endsAt: event.endsAt,
    timeZone: event.timeZone,
    venue: {
      name: cleanLine(venue?.name, 120),
      address: cleanLine(venue?.address),
      city: cleanLine(venue?.city, 100),
      country: cleanLine(venue?.country, 60),
      online: venue?.online === true,
    },
  }
}
