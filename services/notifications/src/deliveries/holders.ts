import { sql } from '@guichet/database'
import { newUuid, toId, toUuid } from '@guichet/server'
import { asHolder } from '../content/held-ticket.ts'
import type { Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { Claim } from './claim-deliveries.ts'
import { Skipped } from './not-sent.ts'

/**
 * The order as the reader of an announcement may see it. Announcements are planned for orders, and who holds their tickets is
 * known only when they are asked for: with the buyer's own message those of the holders are planned, once each.
 */
export async function forReader(ctx: Context, claim: Claim, order: Order): Promise<Order> {
  if (!claim.announcement || claim.channel !== 'email') return order
  if (claim.recipientKey === claim.orderId) {
    await planHolders(ctx, claim, order)
    return claim.kind === 'event-reminder' ? withOwnTickets(order) : order
  }
  const ticketId = toId('tkt', claim.recipientKey)
  const ticket = order.tickets.find((one) => one.id === ticketId)
  if (!ticket?.holder?.email || !concerned(claim, ticket.valid)) {
    throw new Skipped('no-longer-true', 'The ticket is no longer good, or no longer with anybody but the buyer.')
  }
  return asHolder(order, ticket, ticket.holder.email)
}

/** A cancelled event concerns those too whose tickets its refunds have made void already. */
const concerned = (claim: Claim, valid: boolean) => valid || claim.kind === 'event-cancelled'

/** To show at the door the buyer has what is still theirs. */
function withOwnTickets(order: Order): Order {
  const tickets = order.tickets.filter(({ holder, valid }) => valid && !holder)
  if (tickets.length === 0 && order.tickets.some(({ holder }) => holder)) {
    throw new Skipped('no-longer-true', 'All tickets are with those to whom they were passed on.')
  }
  return { ...order, tickets }
}

async function planHolders(ctx: Context, claim: Claim, order: Order): Promise<void> {
  if (claim.resendOf) return
  const held = order.tickets.filter(({ holder, valid }) => holder?.email && concerned(claim, valid))
  if (held.length === 0) return
  const now = ctx.now()
  const ids = held.map(() => newUuid(now.getTime()))
  const keys = held.map(({ id }) => toUuid('tkt', id))
  await sql`
    insert into delivery (id, kind, channel, source, recipient_key, order_id, event_id, organizer_id, announcement_id,
                          reminder_rule_id, priority, state, next_attempt_at, expires_at, created_at)
    select holder.id, d.kind, d.channel, d.source, holder.key, d.order_id, d.event_id, d.organizer_id, d.announcement_id,
           d.reminder_rule_id, d.priority, 'pending', ${now}, d.expires_at, ${now}
      from delivery d cross join unnest(${ids}::uuid[], ${keys}::text[]) as holder (id, key)
     where d.id = ${claim.id}
    on conflict do nothing`.execute(ctx.db)
}
