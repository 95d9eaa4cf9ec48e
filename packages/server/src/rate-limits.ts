import { isIPv6 } from 'node:net'
import { DomainError } from '@guichet/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** How many (`points`), in how many seconds (`duration`). */
export interface RatePolicy {
  points: number
  duration: number
}

export interface RateLimits<Policy extends string> {
  /** Counts one use by `key`; beyond the policy it is `rate-limited`. Tells the caller in RateLimit headers. */
  take(reply: FastifyReply, policy: Policy, key: string): Promise<void>
  /** Gives one use back: it was legitimate after all. */
  giveBack(policy: Policy, key: string): Promise<void>
  /** Forgets what `key` has used. */
  clear(policy: Policy, key: string): Promise<void>
}

/** Limits by name. In memory: each replica counts for itself, and a restart forgives. */
export function createRateLimits<Policy extends string>(
  policies: Readonly<Record<Policy, RatePolicy>>,
): RateLimits<Policy> {
  const limiters = Object.fromEntries(
    Object.entries<RatePolicy>(policies).map(([name, { points, duration }]) => [
      name,
      new RateLimiterMemory({ points, duration, keyPrefix: name }),
    ]),
  ) as Record<Policy, RateLimiterMemory>

  return {
    async take(reply, policy, key) {
      const { points, duration } = policies[policy]
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
