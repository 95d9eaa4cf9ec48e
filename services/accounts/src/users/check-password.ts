import { DomainError } from '@guichet/problem'
import type { FastifyReply } from 'fastify'
import { userIdOf } from '../account-ids.ts'
import type { Context } from '../context.ts'

/**
 * Makes sure that whoever holds the session also knows the password, before what can't be undone; `password-wrong` when
 * not. An administrator who came by link and has set no password has nothing to know. Returns the hash it was checked against.
 */
export async function checkPassword(
  ctx: Context,
  reply: FastifyReply,
  userUuid: string,
  password: string | undefined,
): Promise<string | null> {
  const row = await ctx.db
    .selectFrom('user_account')
    .select('password_hash')
    .where('id', '=', userUuid)
    .executeTakeFirst()
  if (!row?.password_hash) return null
  await ctx.limits.take(reply, 'password', userIdOf(userUuid))
  const { right } = await ctx.passwords.verify(password ?? '', row.password_hash)
  if (!right) throw new DomainError('password-wrong')
  return row.password_hash
}
