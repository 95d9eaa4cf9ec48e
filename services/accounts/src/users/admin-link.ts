import { inTransaction } from '@guichet/database'
import { newUuid } from '@guichet/server'
import { userIdOf } from '../account-ids.ts'
import { audit, type Deed } from '../audit.ts'
import type { Db, Tx } from '../db.ts'
import { mintLink, redeemLink } from './one-time-link.ts'

/** No stranger can sign up with it: it has no domain. */
const ADMIN_EMAIL = 'admin@localhost'

/** A link that signs its first user in as the platform's administrator. For an operator with a shell. */
export async function mintAdminLink(db: Db, publicUrl: string, now: Date): Promise<{ url: string; expiresAt: Date }> {
  return inTransaction(db, async (tx) => {
    const { token, expiresAt } = await mintLink(tx, 'admin-sign-in', null, now)
    await audit(tx, { at: now, actor: 'operator', ip: null, requestId: null }, 'admin-link.made', null)
    return { url: `${publicUrl}/admin-link?token=${token}`, expiresAt }
  })
}

/** Uses the link up and returns the administrator, who is made by the first one. */
export async function redeemAdminLink(tx: Tx, token: string, deed: Deed): Promise<string> {
  await redeemLink(tx, 'admin-sign-in', token, deed.at)
  await tx
    .insertInto('user_account')
    .values({
      id: newUuid(deed.at.getTime()),
      email: ADMIN_EMAIL,
      email_key: ADMIN_EMAIL,
      name: 'Admin',
      locale: 'en',
      password_hash: null,
      admin: true,
      email_confirmed_at: deed.at,
      created_at: deed.at,
      updated_at: deed.at,
      erased_at: null,
    })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .execute()
  const { id } = await tx
    .selectFrom('user_account')
    .select('id')
    .where('email_key', '=', ADMIN_EMAIL)
    .executeTakeFirstOrThrow()
  await audit(tx, deed, 'admin-link.used', userIdOf(id))
  return id
}
