import { createHash } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import type { Principal } from './access.ts'

export interface VerifierOptions {
  issuer: string
  /** The one service that the token must be for. */
  audience: string
  /** Where the keys are, or the keys themselves. */
  jwks: URL | JSONWebKeySet
  /** True when the user's tokens issued at `issuedAt` are no longer good (see token cut-offs). */
  isStale?: (userId: string, issuedAt: Date) => boolean
  now?: () => number
}

export type Verify = (token: string) => Promise<Principal>

interface Verified {
  principal: Principal
  expiresAtMs: number
}

/** Seconds that two machines' clocks may differ. */
const CLOCK_TOLERANCE_S = 5

/**
 * Checks access tokens (RFC 9068) locally against accounts' keys. Only ES256 and typ `at+jwt` are taken (RFC 8725 §3.1,
 * §3.11). Verified tokens are remembered until they expire, because a signature check costs as much as an order.
 * A token that is no good is `unauthenticated`; keys that can't be had are `unavailable`, never a pass.
 */
export function createVerifier(options: VerifierOptions): Verify {
  const now = options.now ?? Date.now
  const keys: JWTVerifyGetKey =
    options.jwks instanceof URL
      ? createRemoteJWKSet(options.jwks, {
          timeoutDuration: 2_000,
          cooldownDuration: 5_000,
          cacheMaxAge: Number.POSITIVE_INFINITY,
        })
      : createLocalJWKSet(options.jwks)
  const verified = new LRUCache<string, Verified>({ max: 10_000 })

  async function check(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: ['ES256'],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'sub', 'aud', 'client_id'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
    })
    // `aud` as a list would let one token open two services.
    if (typeof payload.aud !== 'string') throw new errors.JWTClaimValidationFailed('aud must be one string', payload)
    // JSON's 1e400 reads as Infinity: a token for ever.
    if (!Number.isFinite(payload.exp)) throw new errors.JWTClaimValidationFailed('exp must be a time', payload, 'exp')
    return { principal: toPrincipal(payload), expiresAtMs: (payload.exp ?? 0) * 1_000 }
  }

  return async (token) => {
    const digest = createHash('sha256').update(token).digest('base64')
    let found = verified.get(digest)
    if (!found || found.expiresAtMs <= now()) {
      try {
        found = await check(token)
      } catch (error) {
        throw refusal(error)
      }
      verified.set(digest, found)
    }
    const { principal } = found
    if (principal.kind === 'user' && options.isStale?.(principal.userId, principal.issuedAt)) {
      throw new DomainError('unauthenticated')
    }
    return principal
  }
}

function refusal(error: unknown): DomainError {
  const keysUnreachable =
    !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC'
  return new DomainError(keysUnreachable ? 'unavailable' : 'unauthenticated', {}, { cause: error })
}

function toPrincipal(payload: JWTPayload): Principal {
  const { sub, sid, client_id, iat, admin, memberships } = payload
  if (typeof sub !== 'string') throw new errors.JWTClaimValidationFailed('sub', payload)
  if (sub === client_id && sid === undefined) return { kind: 'service', name: sub }
  if (!sub.startsWith('usr_') || typeof sid !== 'string' || typeof iat !== 'number') {
    throw new errors.JWTClaimValidationFailed('not a user token', payload)
  }
  return {
    kind: 'user',
    userId: sub,
    admin: admin === true,
    memberships: isRoleMap(memberships) ? memberships : {},
    sessionId: sid,
    issuedAt: new Date(iat * 1_000),
  }
}

function isRoleMap(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((role) => typeof role === 'string')
}
