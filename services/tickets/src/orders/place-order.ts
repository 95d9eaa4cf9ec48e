import { DomainError } from '@guichet/problem'
import { type KeyClaim, newUuid, toId } from '@guichet/server'
import type { Context } from '../context.ts'
import type { Line } from '../stock/decide.ts'
import type { HoldRequest, PlacedOrder } from '../stock/hold-orders.ts'
import { replayed } from './replay-order.ts'

export interface NewOrder {
  eventId: string
  lines: readonly Line[]
  promoCode?: string | undefined
  buyer?: { name: string; email: string } | undefined
  buyerUserId: string | null
  locale: string
  /** A repeated request gets the order of the first. */
  idempotency?: KeyClaim | undefined
  /** From the waiting list: to whom, and for how long. */
  offer?: { entryId: string; email: string; seconds: number } | undefined
}

/**
 * Holds the places of an order, all or none, together with whatever else is asked for at this moment. The price is the one
 * of this moment, whatever the client believes. When it returns, the order is durable.
 * @throws DomainError why not: sold out, not on sale, a limit… `sale-busy` when more ask than can be served.
 */
export async function placeOrder(ctx: Context, wanted: NewOrder): Promise<PlacedOrder & { replayed?: boolean }> {
  const { offer, idempotency } = wanted
  const request: HoldRequest = {
    orderId: newUuid(),
    eventId: wanted.eventId,
    lines: wanted.lines,
    promoCode: wanted.promoCode,
    buyer: wanted.buyer,
    buyerUserId: wanted.buyerUserId,
    locale: wanted.locale,
    seconds: offer?.seconds ?? ctx.config.holdSeconds,
    idempotency,
    offerTo: offer && { entryId: offer.entryId, email: offer.email },
  }
  const outcome = await ctx.stock.hold(request)
  switch (outcome.is) {
    case 'placed':
      return outcome
    case 'replayed':
      return { ...(await replayed(ctx, wanted, outcome.first)), replayed: true }
    case 'key-reused':
      throw new DomainError('idempotency-key-reused')
    case 'busy':
      throw new DomainError('sale-busy')
    case 'refused': {
      const { code, facts, ticketTypeId } = outcome
      throw new DomainError(code, {
        ...facts,
        ...(ticketTypeId === undefined ? {} : { ticketTypeId: toId('typ', ticketTypeId) }),
      })
    }
  }
}
