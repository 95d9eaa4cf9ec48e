import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { ask } from './ask.ts'

interface Page {
  items: { id?: string; orderId?: string }[]
  nextCursor: string | null
}

/** One page of the orders that an announcement is for, asked from tickets. Only ids are kept of it. */
export async function fetchOrdersOf(
  ctx: Context,
  eventUuid: string,
  cursor: string | null,
): Promise<{ orderIds: string[]; nextCursor: string | null }> {
  const query = `?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  const path = `/v1/internal/events/${toId('evt', eventUuid)}/orders${query}`
  const page = (await ask(ctx.tickets, ctx.outages, 'tickets', path)) as Page
  return {
    orderIds: page.items.map((order) => order.id ?? order.orderId ?? ''),
    nextCursor: page.nextCursor ?? null,
  }
}
