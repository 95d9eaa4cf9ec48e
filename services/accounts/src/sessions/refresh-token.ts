import { createHmac, timingSafeEqual } from 'node:crypto'

export interface RefreshTokens {
  /** The token of one generation of a family; the same one each time, so none is stored. */
  make(familyUuid: string, generation: number): string
  /** What a token names, or undefined when we never made it. No database is asked. */
  read(token: string): { familyUuid: string; generation: number } | undefined
}

const UUID_BYTES = 16
const BODY_BYTES = UUID_BYTES + 4
const MAC_BYTES = 32

/**
 * Refresh tokens are `base64url(family ‖ generation ‖ HMAC-SHA256)`. Derivable: a client whose answer got lost asks again
 * with the old token and gets the very same new one.
 */
export function createRefreshTokens(key: Buffer): RefreshTokens {
  const mac = (body: Buffer) => createHmac('sha256', key).update(body).digest()
  return {
    make(familyUuid, generation) {
      const body = Buffer.alloc(BODY_BYTES)
      body.write(familyUuid.replaceAll('-', ''), 'hex')
      body.writeUInt32BE(generation, UUID_BYTES)
      return Buffer.concat([body, mac(body)]).toString('base64url')
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return undefined
      const body = bytes.subarray(0, BODY_BYTES)
      if (!timingSafeEqual(mac(body), bytes.subarray(BODY_BYTES))) return undefined
      const hex = body.toString('hex', 0, UUID_BYTES)
      const familyUuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      return { familyUuid, generation: body.readUInt32BE(UUID_BYTES) }
    },
  }
}
