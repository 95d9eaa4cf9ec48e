import { randomUUID } from 'node:crypto'
import { newUuid, toId } from '@guichet/server'
import { CompactSign, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTHeaderParameters } from 'jose'

export interface UserClaims {
  userId?: string
  admin?: boolean
  /** organizer id → role */
  memberships?: Record<string, string>
  audience: string
  /** When it was issued and when it ends, in seconds since the epoch. */
  issuedAt?: number
  expiresAt?: number
  sessionId?: string
}

export interface TestTokens {
  issuer: string
  jwks: JSONWebKeySet
  user(claims: UserClaims): Promise<string>
  service(name: string, audience: string): Promise<string>
  /** Any claims (or the payload's very text) under any header, signed with the true key: for tokens that must be refused. */
  forge(claims: Record<string, unknown> | string, header?: Partial<JWTHeaderParameters>): Promise<string>
}

export function newUserId(): string {
  return toId('usr', newUuid())
}

export function newOrganizerId(): string {
  return toId('org', newUuid())
}

/** Tokens as accounts issues them, signed with a key of this test. */
export async function testTokens(issuer = 'http://localhost:4000'): Promise<TestTokens> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomUUID()
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }

  const sign: TestTokens['forge'] = async (claims, header = {}) =>
    new CompactSign(Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
      .sign(privateKey)

  return {
    issuer,
    jwks,
    forge: sign,
    user(claims) {
      const iat = claims.issuedAt ?? Date.now() / 1_000
      return sign({
        iss: issuer,
        sub: claims.userId ?? newUserId(),
        aud: claims.audience,
        iat,
        exp: claims.expiresAt ?? Math.floor(iat) + 600,
        jti: randomUUID(),
        sid: claims.sessionId ?? toId('ses', newUuid()),
        client_id: 'web',
        admin: claims.admin ?? false,
        memberships: claims.memberships ?? {},
      })
    },
    service(name, audience) {
      const iat = Math.floor(Date.now() / 1_000)
      return sign({ iss: issuer, sub: name, aud: audience, iat, exp: iat + 300, jti: randomUUID(), client_id: name })
    },
  }
}
