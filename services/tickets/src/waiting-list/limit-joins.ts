import { type RateLimits as Limits, senderOf } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** How many, in how many seconds. Each join may send a mail and keeps others from buying. */
export const POLICIES = {
  'waiting-list': { points: 5, duration: 900 },
  'waiting-list-sender': { points: 100, duration: 900 },
} as const
export type RateLimits = Limits<keyof typeof POLICIES>

/** Counts by sender and address, so that the count tells a sender nothing about what others did with the address. */
export async function limitJoins(
  limits: RateLimits,
  request: FastifyRequest,
  reply: FastifyReply,
  email: string,
): Promise<void> {
  const sender = senderOf(request)
  await limits.take(reply, 'waiting-list-sender', sender)
  await limits.take(reply, 'waiting-list', `${sender} ${email.toLowerCase()}`)
}
