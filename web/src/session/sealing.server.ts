import { hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { type ServiceName, serviceNames } from '../config.server.ts'
import { pack, unpack } from './packing.server.ts'

/** What a browser's session cookie holds, sealed: nobody but this process can read or change it. */
export interface Session {
  refreshToken: string
  /** Milliseconds since 1970. */
  refreshExpiresAt: number
  accessTokens: Record<ServiceName, string>
  accessExpiresAt: number
  user: { id: string; name: string; email: string; admin: boolean }
}

const keys = new Map<string, Uint8Array>()

function keyOf(secret: string): Uint8Array {
  let key = keys.get(secret)
  if (!key) {
    key = new Uint8Array(hkdfSync('sha256', secret, '', 'guichet web session', 32))
    keys.set(secret, key)
  }
  return key
}

/** A compact JWE (RFC 7516; `dir`, A256GCM) of the session. */
export async function seal(session: Session, secret: string): Promise<string> {
  const { accessTokens, ...data } = session
  const packed = pack(
    data,
    serviceNames.map((name) => accessTokens[name] ?? ''),
  )
  return new CompactEncrypt(packed).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(keyOf(secret))
}

/** The session in a cookie, or `null` when it is forged, of another key, or expired. */
export async function unseal(cookie: string, secret: string, now: number): Promise<Session | null> {
  try {
    const { plaintext } = await compactDecrypt(cookie, keyOf(secret), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    const { data, tokens } = unpack(plaintext)
    const session = data as Omit<Session, 'accessTokens'>
    if (session.refreshExpiresAt <= now) return null
    const accessTokens = Object.fromEntries(serviceNames.map((name, index) => [name, tokens[index] ?? '']))
    return { ...session, accessTokens: accessTokens as Record<ServiceName, string> }
  } catch {
    // A cookie that we did not make is no session: the visitor is simply not signed in.
    return null
  }
}
