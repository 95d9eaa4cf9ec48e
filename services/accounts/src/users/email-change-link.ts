import type { Tx } from '../db.ts'
import { newSecret } from './one-time-link.ts'

export interface ChangeLink {
  /** Whom the mail goes to. */
  email: string
  /** Null: the address has an account, and its owner is told that instead. */
  token: string | null
  expiresAt: Date
}

/**
 * A new secret for the mail of a change: the one to the new address confirms it, the one to the former address undoes it;
 * the secret before it no longer works. Undefined when there is nothing more to say. The caller holds the user's lock.
 */
export async function mintChangeLink(
  tx: Tx,
  mail: 'email-change' | 'email-changed',
  userUuid: string,
  changeUuid: string,
  now: Date,
): Promise<ChangeLink | undefined> {
  const change = await tx
    .selectFrom('email_change')
    .select(['email', 'email_key', 'previous_email', 'ends_at'])
    .where('id', '=', changeUuid)
    .where('user_id', '=', userUuid)
    .where('state', '=', mail === 'email-change' ? 'asked' : 'done')
    .where('ends_at', '>', now)
    .executeTakeFirst()
  if (!change) return undefined
  const found = { email: change.previous_email ?? change.email, expiresAt: change.ends_at }
  if (mail === 'email-change' && (await isTaken(tx, change.email_key))) return { ...found, token: null }
  const { token, hash } = newSecret()
  await tx.updateTable('email_change').set({ token_hash: hash }).where('id', '=', changeUuid).execute()
  return { ...found, token }
}

async function isTaken(tx: Tx, emailKey: string): Promise<boolean> {
  const owner = await tx
    .selectFrom('user_account')
    .select('id')
    .where('email_key', '=', emailKey)
    .where('email_confirmed_at', 'is not', null)
    .executeTakeFirst()
  return owner !== undefined
}
