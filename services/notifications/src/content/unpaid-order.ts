import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { Skipped } from '../deliveries/not-sent.ts'
import { ask } from './ask.ts'
import { type Order, type OrderAnswer, toOrder } from './order.ts'

/** A hold whose last payment failed, and which can still be paid. Asked just before: they may have tried again since. */
export async function fetchUnpaid(ctx: Context, orderUuid: string): Promise<Order> {
  const path = `/v1/orders/${toId('ord', orderUuid)}`
  const answer = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as OrderAnswer
  if (answer.state !== 'held') throw new Skipped('no-longer-true', 'The order was paid since, or its places let go.')
  if (answer.payment?.state !== 'failed') throw new Skipped('no-longer-true', 'The buyer is paying once more.')
  // Numbers come with the confirmation; until then people call an order by the end of its id, as its page does.
  const order = toOrder({ ...answer, number: answer.id.slice(-6).toUpperCase() })
  if (Date.parse(order.expiresAt) <= ctx.now().getTime())
    throw new Skipped('too-late', 'The places are no longer held.')
  return order
}
