import { timingSafeEqual } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import { parseId } from '@guichet/server'
import { Type } from 'typebox'
import { fetchOrder } from '../content/order.ts'
import type { Context } from '../context.ts'
import { NotSent } from './not-sent.ts'

export const OrderParams = Type.Object({ orderId: Type.String() })
export const OrderHeaders = Type.Object({
  'order-secret': Type.Optional(Type.String({ maxLength: 100, description: 'The guest’s key to the order.' })),
})

/**
 * The UUID of an order whose secret the caller holds; tickets, who knows the secret, is asked. For everyone else there is
 * no such order.
 */
export async function orderOfHolder(ctx: Context, orderId: string, given: string | undefined): Promise<string> {
  const uuid = parseId('ord', orderId)
  if (!uuid || !given) throw new DomainError('not-found')
  const { secret } = await fetchOrder(ctx, uuid).catch((error: unknown) => {
    if (!(error instanceof NotSent)) throw error
    throw new DomainError(error.how === 'away' ? 'unavailable' : 'not-found')
  })
  const [expected, offered] = [Buffer.from(secret ?? ''), Buffer.from(given)]
  if (expected.length === 0 || expected.length !== offered.length || !timingSafeEqual(expected, offered)) {
    throw new DomainError('not-found')
  }
  return uuid
}
