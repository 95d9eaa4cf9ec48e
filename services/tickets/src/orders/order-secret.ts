import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

export interface OrderSecrets {
  /**
   * The guest's key (256 bits) to what a TypeID names: an order, an entry of the waiting list, a ticket passed on. Derived, so
   * nothing that can leak is stored. A raised version makes another; version 0 is the bare key.
   */
  of(id: string, version?: number): string
  /**
   * The version of a genuine key of `id`, else undefined. Compares in constant time, and needs no query: a wrong key takes as
   * long as something that does not exist. Whether that version still counts is for the row to say.
   */
  versionOf(id: string, given: string): number | undefined
}

/** `<key>`, or `<version>.<key>` from version 1 on. */
const WRITTEN = /^(?:([1-9]\d{0,8})\.)?([\w-]+)$/

export function createOrderSecrets(key: string): OrderSecrets {
  const prepared = createSecretKey(key, 'utf8')
  const digest = (id: string, version: number) =>
    createHmac('sha256', prepared)
      .update(version === 0 ? id : `${id}.${version}`)
      .digest()
  return {
    of(id, version = 0) {
      const secret = digest(id, version).toString('base64url')
      return version === 0 ? secret : `${version}.${secret}`
    },
    versionOf(id, given) {
      const [, written = '0', secret] = WRITTEN.exec(given) ?? []
      if (!secret) return undefined
      const version = Number(written)
      const expected = digest(id, version)
      const offered = Buffer.from(secret, 'base64url')
      return offered.length === expected.length && timingSafeEqual(offered, expected) ? version : undefined
    },
  }
}
