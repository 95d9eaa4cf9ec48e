import { type RateLimits as Limits, senderOf } from '@guichet/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'

/** How many, in how many seconds. */
export const POLICIES = {
  /** Each join may send a mail and keeps others from buying. */
  'waiting-list': { points: 5, duration: 900 },
  'waiting-list-sender': { points: 30, duration: 900 },
  /** Wrong codes. Who has one mistypes it now and then; who tries them out goes on and on. */
  'promo-code': { points: 20, duration: 60 },
  /** Webhooks that are not genuine, and those not yet verified. */
  webhook: { points: 300, duration: 60 },
  /** The test button asks the provider. */
  'payment-account-check': { points: 20, duration: 60 },
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

/**
 * Guesses by sender, event and code: wrong ones, and those not yet answered. The same one again is no new guess, be it of a
 * page that is loaded anew, or of the many buyers of one school who come at once, with one address and one code.
 */
const guesses = new LRUCache<string, Promise<void>>({ max: 10_000, ttl: POLICIES['promo-code'].duration * 1_000 })

/**
 * Counts a sender's guesses at codes, before anything is told about the code; `done` gives the guess back if it was right.
 * Beyond the limit right ones are refused too, or the limit would tell them apart.
 */
export async function guessCode(
  limits: RateLimits,
  request: FastifyRequest,
  reply: FastifyReply,
  guess: { eventId: string; code: string },
): Promise<{ done(wasRight: boolean): Promise<void> }> {
  const sender = senderOf(request)
  const name = `${sender} ${guess.eventId} ${guess.code.toUpperCase()}`
  const known = guesses.get(name)
  const taken = known ?? limits.take(reply, 'promo-code', sender)
  if (!known) guesses.set(name, taken)
  await taken.catch((refusal) => {
    guesses.delete(name)
    throw refusal
  })
  return {
    async done(wasRight) {
      if (!wasRight) guesses.set(name, taken)
      else if (!known) {
        guesses.delete(name)
        await limits.giveBack('promo-code', sender)
      }
    },
  }
}
