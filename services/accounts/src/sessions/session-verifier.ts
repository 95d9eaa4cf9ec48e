import { DomainError } from '@guichet/problem'
import { createVerifier, parseId, type Verify } from '@guichet/server'
import type { Db } from '../db.ts'
import type { Keyring } from '../signing/keyring.ts'

/**
 * Checks access tokens against our own keys, and then against the truth: unlike the other services, we own the sessions
 * and cut-offs, so a revoked session or a changed role counts here at once and on every replica.
 */
export function createSessionVerifier(db: Db, keyring: Keyring, options: { issuer: string; now: () => Date }): Verify {
  let keys = keyring.jwks()
  const make = () =>
    createVerifier({
      issuer: options.issuer,
      audience: 'accounts',
      jwks: keys,
      now: () => options.now().getTime(),
    })
  let verify = make()

  return async (token) => {
    if (keyring.jwks() !== keys) {
      keys = keyring.jwks()
      verify = make()
    }
    const principal = await verify(token)
    if (principal.kind !== 'user') return principal
    const session = await db
      .selectFrom('session')
      .leftJoin('token_cutoff', 'token_cutoff.user_id', 'session.user_id')
      .select(['session.user_id', 'token_cutoff.issued_before'])
      .where('session.id', '=', parseId('ses', principal.sessionId) ?? null)
      .where('session.user_id', '=', parseId('usr', principal.userId) ?? null)
      .where('session.revoked_at', 'is', null)
      .executeTakeFirst()
    if (!session || (session.issued_before && principal.issuedAt < session.issued_before)) {
      throw new DomainError('unauthenticated')
    }
    return principal
  }
}
