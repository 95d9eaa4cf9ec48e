import { addToOutbox } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import { sessionIdOf, userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'
import { lockUser, readUser, type User } from '../users/user.ts'
import { issueAccessTokens, type Service } from './access-tokens.ts'
import { cutOffTokens } from './cut-off.ts'

export interface Session {
  sessionId: string
  refreshToken: string
  refreshExpiresAt: string
  accessTokens: Record<Service, string>
  accessExpiresAt: string
  user: User
}

const DAY_MS = 24 * 3_600_000
/** A session ends after this, however busy it is … */
const ABSOLUTE_MS = 30 * DAY_MS
/** … and after this when nobody refreshes it. */
const IDLE_MS = 14 * DAY_MS

export function refreshExpiry(now: Date, sessionEnd: Date): Date {
  return new Date(Math.min(now.getTime() + IDLE_MS, sessionEnd.getTime()))
}

/** A new session of a user who has shown who he is. */
export async function openSession(tx: Tx, ctx: Context, userUuid: string, clientId = 'web'): Promise<Session> {
  const user = await lockUser(tx, userUuid)
  const now = ctx.now()
  const uuid = newUuid(now.getTime())
  const familyUuid = newUuid(now.getTime())
  const end = new Date(now.getTime() + ABSOLUTE_MS)
  const live = { revoked_at: null, client_id: clientId }
  await tx
    .insertInto('session')
    .values({ id: uuid, user_id: userUuid, created_at: now, expires_at: end, revoked_because: null, ...live })
    .execute()
  const expires_at = refreshExpiry(now, end)
  await tx
    .insertInto('refresh_family')
    .values({ id: familyUuid, session_id: uuid, rotated_at: now, expires_at, ...live })
    .execute()
  const family = { uuid: familyUuid, generation: 1, expiresAt: expires_at }
  return describeSession(tx, ctx, { uuid, userUuid, clientId, admin: user.admin }, family)
}

export async function describeSession(
  tx: Tx,
  ctx: Context,
  session: { uuid: string; userUuid: string; clientId: string; admin: boolean },
  family: { uuid: string; generation: number; expiresAt: Date },
): Promise<Session> {
  return {
    sessionId: sessionIdOf(session.uuid),
    refreshToken: ctx.refreshTokens.make(family.uuid, family.generation),
    refreshExpiresAt: family.expiresAt.toISOString(),
    ...(await issueAccessTokens(tx, ctx, session)),
    user: await readUser(tx, session.userUuid),
  }
}

/**
 * Ends one session of the user, or all of them. Their refresh tokens are dead at once; the access tokens everywhere as
 * soon as the message arrives (other sessions of the user then refresh without noticing). The caller holds the lock.
 */
export async function revokeSessions(
  tx: Tx,
  ctx: Context,
  userUuid: string,
  because:
    | 'signed-out'
    | 'signed-out-everywhere'
    | 'password-changed'
    | 'email-change-undone'
    | 'refresh-reused'
    | 'erased',
  only?: { sessionUuid: string } | { exceptSessionUuid: string },
): Promise<void> {
  const now = ctx.now()
  let live = tx
    .updateTable('session')
    .set({ revoked_at: now, revoked_because: because })
    .where('user_id', '=', userUuid)
    .where('revoked_at', 'is', null)
  if (only && 'sessionUuid' in only) live = live.where('id', '=', only.sessionUuid)
  if (only && 'exceptSessionUuid' in only) live = live.where('id', '!=', only.exceptSessionUuid)
  const revoked = await live.returning('id').execute()
  if (revoked.length > 0) {
    await tx
      .updateTable('refresh_family')
      .set({ revoked_at: now })
      .where(
        'session_id',
        'in',
        revoked.map((row) => row.id),
      )
      .where('revoked_at', 'is', null)
      .execute()
  }
  const issuedBefore = await cutOffTokens(tx, userUuid, now)
  await addToOutbox(tx, {
    type: 'accounts.sessions-revoked.v1',
    subject: userIdOf(userUuid),
    data: { userId: userIdOf(userUuid), issuedBefore: issuedBefore.toISOString() },
  })
}
