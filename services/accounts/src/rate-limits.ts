import { isIPv6 } from 'node:net'
import { DomainError } from '@guichet/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How many, in how many seconds. */
const POLICIES = {
  // By address and sender: a stranger who guesses locks himself out, and not the owner of the account.
  'sign-in': { points: 10, duration: 900 },
  'sign-in-sender': { points: 100, duration: 900 },
  mail: { points: 5, duration: 900 },
  'mail-sender': { points: 100, duration: 900 },
  // Only guesses count: a good link gives its use back.
  link: { points: 60, duration: 900 },
  password: { points: 10, duration: 900 },
  invitation: { points: 60, duration: 3_600 },
  organizer: { points: 60, duration: 3_600 },
} as const
export type Policy = keyof typeof POLICIES

export interface RateLimits {
  /** Counts one use by `key`; beyond the policy it is `rate-limited`. Tells the caller in RateLimit headers. */
  take(reply: FastifyReply, policy: Policy, key: string): Promise<void>
  /** Gives one use back: it was legitimate after all. */
  giveBack(policy: Policy, key: string): Promise<void>
  /** Forgets what `key` has used. */
  clear(policy: Policy, key: string): Promise<void>
}

/** In memory: each replica counts for itself, and a restart forgives. The slow hash is what stops a patient attacker. */
export function createRateLimits(): RateLimits {
  const limiters = Object.fromEntries(
    Object.entries(POLICIES).map(([name, policy]) => [name, new RateLimiterMemory({ ...policy, keyPrefix: name })]),
  ) as Record<Policy, RateLimiterMemory>

  return {
    async take(reply, policy, key) {
      const { points, duration } = POLICIES[policy]
      const used = await limiters[policy].consume(key).catch((refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return refusal
        throw refusal
      })
      const seconds = Math.max(1, Math.ceil(used.msBeforeNext / 1_000))
      // draft-ietf-httpapi-ratelimit-headers-10
      reply.header('ratelimit-policy', `"${policy}";q=${points};w=${duration}`)
      reply.header('ratelimit', `"${policy}";r=${Math.max(0, used.remainingPoints)};t=${seconds}`)
      if (used.consumedPoints > points) throw new DomainError('rate-limited', { retryAfterSeconds: seconds })
    },
    async giveBack(policy, key) {
      await limiters[policy].reward(key, 1)
    },
    async clear(policy, key) {
      await limiters[policy].delete(key)
    },
  }
}

/** Who sends, for counting: the address, or for IPv6 the /64 that one subscriber has at will. */
export function senderOf(request: FastifyRequest): string {
  const { ip } = request
  return isIPv6(ip) && !ip.startsWith('::ffff:') ? network64(ip) : ip
}

function network64(ip: string): string {
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

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
