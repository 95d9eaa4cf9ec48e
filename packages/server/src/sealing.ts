import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps secrets that we must be able to read again, such as an organizer's key at a payment provider. */
export interface Sealing {
  /** Encrypts for one row only: `boundTo` names it, and nothing else opens it there. */
  seal(content: object, boundTo: string): Buffer
  /** @throws when it was changed, is another row's, or was sealed with a secret that is neither the present nor the last one. */
  open(sealed: Buffer, boundTo: string): unknown
  /** Whether it was sealed with the last secret, not the present one. */
  isStale(sealed: Buffer): boolean
}

/** The envelope: its version, which key, nonce, tag, content. */
const VERSION = 1
const NONCE_AT = 5
const TAG_AT = NONCE_AT + 12
const CONTENT_AT = TAG_AT + 16

/**
 * AES-256-GCM with keys derived by HKDF, other ones for each purpose. A secret is replaced by giving the old one as `previous`:
 * what it sealed still opens, and everything new is sealed with the present one.
 * @param purpose what is sealed, e.g. `payment-account`; may never change.
 */
export function createSealing(purpose: string, secret: string, previous?: string): Sealing {
  const present = deriveKey(purpose, secret)
  const keys = previous === undefined ? [present] : [present, deriveKey(purpose, previous)]

  return {
    seal(content, boundTo) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', present.key, nonce).setAAD(Buffer.from(boundTo))
      const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([VERSION]), present.id, nonce, cipher.getAuthTag(), sealed])
    },

    open(sealed, boundTo) {
      const key = keys.find(({ id }) => id.equals(sealed.subarray(1, NONCE_AT)))
      if (sealed[0] !== VERSION || !key) throw new Error('This was sealed with another SEALING_SECRET')
      const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(NONCE_AT, TAG_AT))
        .setAAD(Buffer.from(boundTo))
        .setAuthTag(sealed.subarray(TAG_AT, CONTENT_AT))
      return JSON.parse(
        Buffer.concat([decipher.update(sealed.subarray(CONTENT_AT)), decipher.final()]).toString('utf8'),
      )
    },

    isStale: (sealed) => !present.id.equals(sealed.subarray(1, NONCE_AT)),
  }
}

function deriveKey(purpose: string, secret: string): { key: Buffer; id: Buffer } {
  const derive = (what: string, bytes: number) => Buffer.from(hkdfSync('sha256', secret, '', what, bytes))
  return { key: derive(`guichet ${purpose} key`, 32), id: derive(`guichet ${purpose} key id`, 4) }
}
