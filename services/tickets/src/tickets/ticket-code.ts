import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto'
import { parse, stringify } from 'uuid'

/** What a code says: which ticket, of which event, in which issue (raised when the ticket is issued anew). */
export interface CodeFacts {
  ticketId: string
  eventId: string
  version: number
}

export interface TicketCodes {
  /** `GT1.<base64url of ticket uuid, event uuid, version>.<base64url of the signature>`. Ids are UUIDs. */
  sign(facts: CodeFacts): string
  /** The facts of a genuine code, else undefined. Says nothing of whether the ticket is still valid. */
  verify(code: string): CodeFacts | undefined
}

const PREFIX = 'GT1.'
/** DER around the 32 bytes of an Ed25519 private key (RFC 8410 §7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Codes signed with Ed25519 (RFC 8032), whose key is derived from the service's secret (HKDF, RFC 5869). */
export function createTicketCodes(secret: string): TicketCodes {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'guichet ticket code 1', 32))
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)

  return {
    sign({ ticketId, eventId, version }) {
      const facts = Buffer.alloc(34)
      facts.set(parse(ticketId), 0)
      facts.set(parse(eventId), 16)
      facts.writeUInt16BE(version, 32)
      const signed = PREFIX + facts.toString('base64url')
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
    },
    verify(code) {
      const match = /^(GT1\.([\w-]{46}))\.([\w-]{86})$/.exec(code)
      if (!match?.[1] || !match[2] || !match[3]) return undefined
      const facts = Buffer.from(match[2], 'base64url')
      const signature = Buffer.from(match[3], 'base64url')
      // Base64 has several spellings of the same bytes; only ours is a code.
      if (facts.toString('base64url') !== match[2] || signature.toString('base64url') !== match[3]) return undefined
      if (!verify(null, Buffer.from(match[1]), publicKey, signature)) return undefined
      return {
        ticketId: stringify(facts.subarray(0, 16)),
        eventId: stringify(facts.subarray(16, 32)),
        version: facts.readUInt16BE(32),
      }
    },
  }
}
