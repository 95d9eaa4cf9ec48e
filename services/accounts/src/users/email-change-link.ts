import type { Tx } from '../db.ts'
import { newSecret } from './one-time-link.ts'

/** With no token, the address has an account: its owner, whose language is `locale`, is told that instead. */
export type ChangeLink = {
  /** Whom the mail goes to. */
  email: string
  expiresAt: Date
} & ({ token: string } | { token: null; locale: 'en' | 'fr' })

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
  const owner = mail === 'email-change' ? await ownerOf(tx, change.email_key) : undefined
  if (owner) return { ...found, token: null, locale: owner.locale }
  const { token, hash } = newSecret()
  await tx.updateTable('email_change').set({ token_hash: hash }).where('id', '=', changeUuid).execute()
  return { ...found, token }
}

/** Whoever has shown to read the mail of that address. */
async function ownerOf(tx: Tx, emailKey: string): Promise<{ locale: 'en' | 'fr' } | undefined> {
  return tx
    .selectFrom('user_account')
    .select('locale')
    .where('email_key', '=', emailKey)
    .where('email_confirmed_at', 'is not', null)
    .executeTakeFirst()
}
