import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import { ask } from './ask.ts'

/** Money that has gone back, as a letter needs it. */
export interface Refund {
  amountMinor: number
  /** Tickets that became void. */
  tickets: number
  reason: string
}

/** What `GET /v1/orders/{orderId}/refunds` of tickets answers, as far as it is read here (contracts/http/tickets.yaml). */
export interface RefundsAnswer {
  items: { id: string; amountMinor: number; ticketIds: string[]; reason: string }[]
}

/** The refund that a message named, asked from tickets now. Undefined where the message is of a release that named none. */
export async function fetchRefund(ctx: Context, orderUuid: string, source: string): Promise<Refund | undefined> {
  if (!source.startsWith('rfd_')) return undefined
  const path = `/v1/orders/${toId('ord', orderUuid)}/refunds`
  const { items } = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as RefundsAnswer
  const found = items.find((item) => item.id === source)
  if (!found) throw new NotSent('refused', 'tickets', 'There is no such refund.')
  return { amountMinor: found.amountMinor, tickets: found.ticketIds.length, reason: found.reason }
}
