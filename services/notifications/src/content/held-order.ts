import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { NotNow, Skipped } from '../deliveries/not-sent.ts'
import { ask } from './ask.ts'
import { type Order, type OrderAnswer, toOrder } from './order.ts'

/** Time enough to find the mail and pay. */
const BEFORE_MS = 3 * 60_000

/** When somebody is reminded of a hold that ends then. */
export function holdReminderDue(expiresAt: string): Date {
  return new Date(Date.parse(expiresAt) - BEFORE_MS)
}

/** A hold of which its buyer wants to be reminded now. Asked just before: they may have paid, left, or taken more time. */
export async function fetchHold(ctx: Context, orderUuid: string): Promise<Order> {
  const path = `/v1/orders/${toId('ord', orderUuid)}`
  const answer = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as OrderAnswer
  if (answer.state !== 'held') throw new Skipped('no-longer-true', 'The places are no longer held.')
  // Numbers come with the confirmation; until then people call an order by the end of its id, as its page does.
  const order = toOrder({ ...answer, number: answer.id.slice(-6).toUpperCase() })
  if (!order.consents.some(({ kind }) => kind === 'hold-reminder')) {
    throw new Skipped('no-consent', 'The buyer no longer wants to be reminded.')
  }
  if (order.transfer) throw new Skipped('no-longer-true', 'The buyer pays by bank transfer, and has its deadline.')
  const now = ctx.now()
  if (Date.parse(order.expiresAt) <= now.getTime()) throw new Skipped('too-late', 'The places are no longer held.')
  const due = holdReminderDue(order.expiresAt)
  if (due > now) throw new NotNow(due, 'The places are held for longer.')
  return order
}
