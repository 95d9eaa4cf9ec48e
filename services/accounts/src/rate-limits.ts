import { type RateLimits as Limits, senderOf } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** How many, in how many seconds. In memory: the slow hash is what stops a patient attacker. */
export const POLICIES = {
  // By address and sender: a stranger who guesses locks himself out, and not the owner of the account.
  'sign-in': { points: 10, duration: 900 },
  'sign-in-sender': { points: 100, duration: 900 },
  mail: { points: 5, duration: 900 },
  'mail-sender': { points: 100, duration: 900 },
  // Only guesses count: a good link gives its use back.
  link: { points: 60, duration: 900 },
  password: { points: 10, duration: 900 },
  // By account: a mail to an address that nobody has shown to read.
  'email-change': { points: 5, duration: 3_600 },
  invitation: { points: 60, duration: 3_600 },
  organizer: { points: 60, duration: 3_600 },
} as const
export type RateLimits = Limits<keyof typeof POLICIES>

/** Before a mail to an address that somebody names: neither the address nor our sender's good name may be flooded. */
export async function limitMail(
  limits: RateLimits,
  request: FastifyRequest,
  reply: FastifyReply,
  email: { key: string },
): Promise<void> {
  const sender = senderOf(request)
  await limits.take(reply, 'mail-sender', sender)
  await limits.take(reply, 'mail', `${sender} ${email.key}`)
}
