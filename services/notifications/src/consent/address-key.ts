import { createHmac, hkdfSync } from 'node:crypto'

/** What the service signs and hashes with: one secret, one key for each use. */
export interface Keys {
  links: Buffer
  addresses: Buffer
}

export function createKeys(secret: string): Keys {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `guichet notifications ${use}`, 32))
  return { links: derive('links'), addresses: derive('addresses') }
}

/**
 * Finds an address again without keeping it. Keyed, because the hash of a telephone number alone is undone by trying all
 * numbers. Letters count as small ones: nobody who has unsubscribed wants to be found again as `Zoe@`.
 */
export function addressKey(keys: Keys, address: string): Buffer {
  return createHmac('sha256', keys.addresses).update(address.trim().toLowerCase()).digest()
}
