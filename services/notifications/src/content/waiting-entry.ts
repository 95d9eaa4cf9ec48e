import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import { ask } from './ask.ts'
import { inLanguage, type Localised, languageOfLocale } from './localised.ts'
import { type Occasion, type Order, type OrderAnswer, toOccasion, toOrder } from './order.ts'

/** Somebody's place on a waiting list, as a letter needs it. */
export interface Entry {
  id: string
  state: string
  language: Language
  email: string
  typeName: string
  quantity: number
  event: Occasion
  /** Opens the entry to whoever has it. */
  secret: string
}

/** What `GET /v1/waiting-entries/{entryId}` of tickets answers, as far as it is read here. */
export interface EntryAnswer {
  id: string
  state: string
  /** Null once the address is forgotten. */
  email: string | null
  locale: string
  quantity: number
  ticketTypeName: Localised
  event: OrderAnswer['event']
  secret?: string
}

/** The entry with that id, asked from tickets now. */
export async function fetchEntry(ctx: Context, entryId: string): Promise<Entry> {
  return toEntry((await ask(ctx.tickets, ctx.outages, 'tickets', `/v1/waiting-entries/${entryId}`)) as EntryAnswer)
}

/** Cleans what came from elsewhere, at the border. Who has left is not written to any more. */
export function toEntry(answer: EntryAnswer): Entry {
  if (!answer.email || answer.state === 'left') throw new NotSent('refused', 'tickets', 'They have left the list.')
  if (answer.event.status === 'cancelled') throw new NotSent('refused', 'tickets', 'The event is cancelled.')
  const language = languageOfLocale(answer.locale)
  return {
    id: answer.id,
    state: answer.state,
    language,
    email: answer.email,
    typeName: inLanguage(answer.ticketTypeName, language),
    quantity: answer.quantity,
    event: toOccasion(answer.event, language),
    secret: answer.secret ?? '',
  }
}

/** The hold that was offered to an entry; it has no name yet, and goes to the entry's address. Refused once it is over. */
export async function fetchOffer(ctx: Context, entry: Entry, orderUuid: string): Promise<Order> {
  const path = `/v1/orders/${toId('ord', orderUuid)}`
  const answer = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as OrderAnswer
  // Numbers come with the confirmation; until then people call an order by the end of its id, as its page does.
  const number = answer.id.slice(-6).toUpperCase()
  const order = toOrder({ ...answer, number, buyer: { email: entry.email }, locale: entry.language })
  if (order.state !== 'held' || Date.parse(order.expiresAt) <= ctx.now().getTime()) {
    throw new NotSent('refused', 'tickets', 'The offer is over, or taken up.')
  }
  return order
}
