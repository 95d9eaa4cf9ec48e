import type { Context } from '../context.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { NotNow, Skipped } from '../deliveries/not-sent.ts'
import { fetchOrder, type Order, type OrderTicket } from './order.ts'

const SOON_MS = 2_000

/** An order as the holder of one of its tickets may see it: that ticket alone, nothing of the money, and not its key. */
export function asHolder(order: Order, ticket: OrderTicket, email: string): Order {
  return {
    ...order,
    buyer: { name: ticket.holderName || null, email, phone: null },
    tickets: [ticket],
    lines: [],
    totalMinor: 0,
    payment: null,
    transfer: null,
    consents: [],
    secret: null,
    held: { ticketId: ticket.id, secret: ticket.holder?.secret ?? null, from: order.buyer.name },
  }
}

/** As the holder of the first ticket that is theirs sees it; undefined when none is still good and theirs. */
export function asHolderOf(order: Order, isTheirs: (ticket: OrderTicket, email: string) => boolean): Order | undefined {
  for (const ticket of order.tickets) {
    const email = ticket.holder?.email
    if (ticket.valid && email && isTheirs(ticket, email)) return asHolder(order, ticket, email)
  }
  return undefined
}

/** The ticket of a transfer (`tkt_… <issue>`), if it is still with whom it was passed on to then. */
export async function fetchTransferred(
  ctx: Context,
  claim: Claim,
): Promise<{ order: Order; ticket: OrderTicket; email: string }> {
  const { ticketId, issue } = transferNamed(claim)
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  const ticket = order.tickets.find((one) => one.id === ticketId)
  const holder = ticket?.holder
  if (!ticket?.valid || !holder?.email || holder.issue !== issue) {
    throw new Skipped('no-longer-true', 'The ticket is no longer good, or no longer with that holder.')
  }
  return { order, ticket, email: holder.email }
}

/**
 * The former holder of a ticket. tickets keeps no address of before: it is the one that the ticket was sent to, and who never
 * got it has nothing to hear.
 */
export async function fetchFormer(ctx: Context, claim: Claim): Promise<Order> {
  const { ticketId } = transferNamed(claim)
  const sent = await ctx.db
    .selectFrom('delivery')
    .select(['state', 'recipient_name', 'recipient_address'])
    .where('source', '=', claim.source)
    .where('kind', '=', 'ticket-received')
    .orderBy('id')
    .execute()
  if (sent.some(({ state }) => state === 'sending')) {
    throw new NotNow(new Date(ctx.now().getTime() + SOON_MS), 'The ticket itself is just being sent.')
  }
  const got = sent.find(
    ({ state, recipient_address }) => recipient_address && (state === 'sent' || state === 'delivered'),
  )
  if (!got?.recipient_address) throw new Skipped('no-longer-true', 'The ticket had not been sent.')
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  const ticket = order.tickets.find((one) => one.id === ticketId)
  if (!ticket) throw new Skipped('no-longer-true', 'There is no such ticket.')
  const former = { ...ticket, holderName: got.recipient_name ?? '', holder: null }
  return asHolder(order, former, got.recipient_address)
}

function transferNamed({ source }: Claim): { ticketId: string; issue: number } {
  const [ticketId = '', issue] = source.split(' ')
  return { ticketId, issue: Number(issue) }
}
