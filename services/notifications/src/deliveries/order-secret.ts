import { timingSafeEqual } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import { createRateLimits, parseId, senderOf } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { fetchOrder } from '../content/order.ts'
import type { Context } from '../context.ts'
import { NotSent } from './not-sent.ts'

export const OrderParams = Type.Object({ orderId: Type.String() })
export const OrderHeaders = Type.Object({
  'order-secret': Type.Optional(Type.String({ maxLength: 100, description: 'The guest’s key to the order.' })),
})

/** Each wrong key makes tickets look for an order: whoever tries many out waits. */
const WRONG_KEYS = { points: 30, duration: 60 }

/**
 * Finds the UUID of the order whose secret a caller holds; tickets, who knows the secret, is asked. For everyone else there
 * is no such order. Counted is what was wrong, or is not answered yet.
 */
export function createHolders(ctx: Context) {
  const limits = createRateLimits({ 'order-keys': WRONG_KEYS })
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const { orderId } = request.params as { orderId: string }
    const given = request.headers['order-secret']
    const uuid = parseId('ord', orderId)
    if (!uuid || typeof given !== 'string') throw new DomainError('not-found')
    const sender = senderOf(request)
    await limits.take(reply, 'order-keys', sender)
    await assertHolds(ctx, uuid, given).catch(async (error: unknown) => {
      if (!(error instanceof DomainError) || error.code !== 'not-found') await limits.giveBack('order-keys', sender)
      throw error
    })
    await limits.giveBack('order-keys', sender)
    return uuid
  }
}

async function assertHolds(ctx: Context, orderUuid: string, given: string): Promise<void> {
  const { secret } = await fetchOrder(ctx, orderUuid).catch((error: unknown) => {
    if (!(error instanceof NotSent)) throw error
    throw new DomainError(error.how === 'away' ? 'unavailable' : 'not-found')
  })
  const [expected, offered] = [Buffer.from(secret ?? ''), Buffer.from(given)]
  if (expected.length === 0 || expected.length !== offered.length || !timingSafeEqual(expected, offered)) {
    throw new DomainError('not-found')
  }
}
