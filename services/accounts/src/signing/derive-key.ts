import { hkdfSync } from 'node:crypto'

/** One secret, several uses: each gets a key of its own (HKDF-SHA256, RFC 5869), so that none weakens another. */
export function deriveKey(secret: string, use: 'signing keys' | 'refresh tokens'): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'guichet accounts', `${use} v1`, 32))
}
