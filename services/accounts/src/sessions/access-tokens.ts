import { newUuid } from '@guichet/server'
import { organizerIdOf, sessionIdOf, userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'

export const SERVICES = ['accounts', 'events', 'tickets', 'notifications'] as const
export type Service = (typeof SERVICES)[number]

const ACCESS_SECONDS = 600
const SERVICE_SECONDS = 300

/**
 * One access token per service (RFC 9068), so that a service can't use what it is given against another.
 * The caller holds the user's lock.
 */
export async function issueAccessTokens(
  tx: Tx,
  ctx: Context,
  session: { uuid: string; userUuid: string; clientId: string; admin: boolean },
): Promise<{ accessTokens: Record<Service, string>; accessExpiresAt: string }> {
  const memberships = await tx
    .selectFrom('membership')
    .select(['organizer_id', 'role'])
    .where('user_id', '=', session.userUuid)
    .execute()
  const cutoff = await tx
    .selectFrom('token_cutoff')
    .select('issued_before')
    .where('user_id', '=', session.userUuid)
    .executeTakeFirst()
  // Milliseconds, and never before the cut-off, or a token made right after it would be born dead.
  const issuedAtMs = Math.max(ctx.now().getTime(), cutoff?.issued_before.getTime() ?? 0)
  const expiresAt = Math.floor(issuedAtMs / 1_000) + ACCESS_SECONDS
  const claims = {
    iss: ctx.config.publicUrl,
    sub: userIdOf(session.userUuid),
    iat: issuedAtMs / 1_000,
    exp: expiresAt,
    sid: sessionIdOf(session.uuid),
    client_id: session.clientId,
    admin: session.admin,
    memberships: Object.fromEntries(memberships.map((row) => [organizerIdOf(row.organizer_id), row.role])),
  }
  const tokens = await Promise.all(
    SERVICES.map(async (aud) => [aud, await ctx.keyring.sign({ ...claims, aud, jti: newUuid() })] as const),
  )
  return {
    accessTokens: Object.fromEntries(tokens) as Record<Service, string>,
    accessExpiresAt: new Date(expiresAt * 1_000).toISOString(),
  }
}

/** A token for a service that calls another (RFC 6749 §4.4). */
export async function issueServiceToken(
  ctx: Context,
  clientId: string,
  audience: Service,
): Promise<{ token: string; expiresInSeconds: number }> {
  const iat = Math.floor(ctx.now().getTime() / 1_000)
  const token = await ctx.keyring.sign({
    iss: ctx.config.publicUrl,
    sub: clientId,
    aud: audience,
    iat,
    exp: iat + SERVICE_SECONDS,
    jti: newUuid(),
    client_id: clientId,
  })
  return { token, expiresInSeconds: SERVICE_SECONDS }
}
