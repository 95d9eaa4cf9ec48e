import { sessionIdOf, userIdOf } from '../account-ids.ts'
import { audit, type Deed } from '../audit.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { lockUserIfAny } from '../users/user.ts'
import { describeSession, refreshExpiry, revokeSessions, type Session } from './session.ts'

/** Two tabs, or an answer lost on the way: for so long the token before the last one gives the same next one again. */
const GRACE_MS = 10_000

/**
 * The next refresh token and new access tokens for a good one (RFC 9700 §4.14.2). One that was already used means that
 * two parties hold it: the family dies for both. Undefined: refused; whatever was written then must be kept.
 */
export async function rotateSession(tx: Tx, ctx: Context, token: string, deed: Deed): Promise<Session | undefined> {
  const named = ctx.refreshTokens.read(token)
  if (!named) return undefined
  const owner = await tx
    .selectFrom('refresh_family')
    .innerJoin('session', 'session.id', 'refresh_family.session_id')
    .select('session.user_id')
    .where('refresh_family.id', '=', named.familyUuid)
    .executeTakeFirst()
  if (!owner) return undefined
  const user = await lockUserIfAny(tx, owner.user_id)
  const family = await readFamily(tx, named.familyUuid)
  const now = ctx.now()
  if (!user || !family || family.revoked_at || family.expires_at <= now) return undefined

  const behind = family.generation - named.generation
  const forgiven = behind === 1 && now.getTime() - family.rotated_at.getTime() <= GRACE_MS
  if (behind < 0) return undefined
  if (behind > 0 && !forgiven) {
    await revokeSessions(tx, ctx, user.id, 'refresh-reused', { sessionUuid: family.session_id })
    await audit(tx, deed, 'session.refresh-reused', sessionIdOf(family.session_id), { userId: userIdOf(user.id) })
    return undefined
  }
  const next = { uuid: named.familyUuid, generation: named.generation + 1, expiresAt: family.expires_at }
  if (!forgiven) {
    next.expiresAt = refreshExpiry(now, family.session_end)
    await tx
      .updateTable('refresh_family')
      .set({ generation: next.generation, rotated_at: now, expires_at: next.expiresAt })
      .where('id', '=', named.familyUuid)
      .execute()
  }
  const session = { uuid: family.session_id, userUuid: user.id, clientId: family.client_id, admin: user.admin }
  return describeSession(tx, ctx, session, next)
}

/** After the user's lock: what another one changed while we waited is seen here. */
async function readFamily(tx: Tx, uuid: string) {
  return tx
    .selectFrom('refresh_family')
    .innerJoin('session', 'session.id', 'refresh_family.session_id')
    .select([
      'refresh_family.generation',
      'refresh_family.rotated_at',
      'refresh_family.expires_at',
      'refresh_family.revoked_at',
      'refresh_family.session_id',
      'refresh_family.client_id',
      'session.expires_at as session_end',
    ])
    .where('refresh_family.id', '=', uuid)
    .executeTakeFirst()
}
