import { DomainError } from '@guichet/problem'
import { LRUCache } from 'lru-cache'

/** How many holds one sender may place, in how many seconds. */
export interface HoldPolicy {
  /** 0: no limit. */
  max: number
  seconds: number
}

export interface HoldAllowance {
  /**
   * Counts a hold that is about to be placed; `giveBack` when it was not.
   * @throws DomainError `too-many-holds`
   */
  take(sender: string): { giveBack(): void }
}

/** Many times more senders than a process can serve within the time. */
const SENDERS_MAX = 200_000
const NOTHING = { giveBack() {} }

/**
 * Keeps one sender from holding the house: each hold counts for as long as places are kept, paid or not. In memory: each
 * process counts for itself, and nothing waits for it on the way of every order.
 */
export function createHoldAllowance({ max, seconds }: HoldPolicy): HoldAllowance {
  if (max === 0) return { take: () => NOTHING }
  const placed = new LRUCache<string, { holds: number }>({ max: SENDERS_MAX, ttl: seconds * 1_000 })
  return {
    take(sender) {
      let count = placed.get(sender)
      if (!count) {
        count = { holds: 0 }
        placed.set(sender, count)
      }
      if (count.holds >= max) {
        const retryAfterSeconds = Math.max(1, Math.ceil(placed.getRemainingTTL(sender) / 1_000))
        throw new DomainError('too-many-holds', { max, retryAfterSeconds })
      }
      const own = count
      own.holds += 1
      return {
        giveBack() {
          own.holds -= 1
        },
      }
    },
  }
}
