import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

export interface OrderSecrets {
  /** The guest's key to an order (256 bits). Derived from the order's TypeID, so nothing that can leak is stored. */
  of(orderId: string): string
  /** Compares in constant time, and needs no query: a wrong secret takes as long as an order that does not exist. */
  matches(orderId: string, given: string): boolean
}

export function createOrderSecrets(key: string): OrderSecrets {
  const prepared = createSecretKey(key, 'utf8')
  const digest = (orderId: string) => createHmac('sha256', prepared).update(orderId).digest()
  return {
    of: (orderId) => digest(orderId).toString('base64url'),
    matches(orderId, given) {
      const expected = digest(orderId)
      const offered = Buffer.from(given, 'base64url')
      return offered.length === expected.length && timingSafeEqual(offered, expected)
    },
  }
}
