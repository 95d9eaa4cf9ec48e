import { sql } from '@guichet/database'
import { fetchOrder, type Order } from '../content/order.ts'
import type { Context } from '../context.ts'
import type { EventFacts } from '../db.ts'
import type { Claim } from '../deliveries/claim-deliveries.ts'
import { NotNow, Skipped } from '../deliveries/not-sent.ts'
import { findEventCopy } from '../events/event-copy.ts'
import { CHANNELS } from '../kinds.ts'
import { RULE_COLUMNS } from './rule.ts'

/** What a reminder says of its event, or why it is not sent: a moment ago it may have been right. */
export async function reminderFacts(ctx: Context, claim: Claim): Promise<EventFacts> {
  const rule = await ctx.db
    .selectFrom('reminder_rule')
    .select(RULE_COLUMNS)
    .where('id', '=', claim.reminderRuleId)
    .executeTakeFirst()
  if (!rule || rule.removed_at) throw new Skipped('called-off', 'The reminder was removed.')
  const event = await findEventCopy(ctx.db, rule.event_id)
  if (event?.status !== 'published') throw new Skipped('called-off', 'The event takes place no more.')
  if (event.starts_at <= ctx.now()) throw new Skipped('too-late', 'The event has begun.')
  if (rule.state === 'waiting' && rule.due_at > ctx.now()) throw new NotNow(rule.due_at, 'The event was moved.')
  // It was being sent while somebody took out its way.
  if (!claim.resendOf && !rule.channels.includes(claim.channel)) {
    throw new Skipped('called-off', 'The reminder goes another way now.')
  }
  return {
    version: event.version,
    title: event.title,
    startsAt: event.starts_at.toISOString(),
    endsAt: event.ends_at.toISOString(),
    timeZone: event.time_zone,
    venue: event.venue,
    note: rule.note,
  }
}

/** The order, if anybody comes with it. */
export async function comingOrder(ctx: Context, claim: Claim): Promise<Order> {
  const order = await fetchOrder(ctx, claim.orderId ?? '')
  if (order.state !== 'confirmed' || !order.tickets.some((ticket) => ticket.valid)) {
    throw new Skipped('no-longer-true', 'The order has no valid ticket any more.')
  }
  return order
}

/**
 * Throws {@link Skipped} when the rule has reached them another way before its present time came: who was reminded by a
 * rule is not again, whatever its terms become. What was planned together is one reminder, and goes both ways.
 */
export async function assertNotReminded(ctx: Context, claim: Claim): Promise<void> {
  if (!claim.reminderRuleId || claim.resendOf) return
  const { rows } = await sql`
    select from delivery own join reminder_rule rule on rule.id = own.reminder_rule_id
      join delivery other on other.source = own.source and other.kind = own.kind
           and other.channel = any(${CHANNELS.filter((channel) => channel !== claim.channel)})
           and other.recipient_key = own.recipient_key and other.resend_of is null
     where own.id = ${claim.id} and other.announcement_id is distinct from own.announcement_id
       and other.state in ('sent', 'delivered') and other.sent_at < coalesce(rule.begun_at, 'infinity')
  `.execute(ctx.db)
  if (rows.length > 0) throw new Skipped('no-longer-true', 'The rule has reminded them another way.')
}
