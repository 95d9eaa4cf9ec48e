import { violatedConstraint } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { userIdOf } from '../account-ids.ts'
import { audit, type Deed } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Email } from './email.ts'
import { dropLinks } from './one-time-link.ts'

/**
 * Gives an account an address whose mail its owner was shown to read; `email-taken` when another account has shown the
 * same. One that never has is no reason to refuse: nobody has ever signed in to it, so it goes.
 */
export async function takeAddress(tx: Tx, deed: Deed, userUuid: string, { email, key }: Email): Promise<void> {
  const other = await tx
    .selectFrom('user_account')
    .select(['id', 'email_confirmed_at'])
    .where('email_key', '=', key)
    .where('id', '!=', userUuid)
    .forUpdate()
    .executeTakeFirst()
  if (other?.email_confirmed_at) throw new DomainError('email-taken')
  if (other) {
    await dropLinks(tx, other.id)
    await tx.deleteFrom('user_account').where('id', '=', other.id).execute()
    await audit(tx, deed, 'user.erased', userIdOf(other.id), { because: 'address-proved-by-another' })
  }
  await tx
    .updateTable('user_account')
    .set((row) => ({
      email,
      email_key: key,
      email_confirmed_at: deed.at,
      updated_at: deed.at,
      version: row('version', '+', 1),
    }))
    .where('id', '=', userUuid)
    .execute()
    .catch((error: unknown) => {
      // Somebody took it at the same moment.
      throw violatedConstraint(error) === 'user_account_email_key_key' ? new DomainError('email-taken') : error
    })
}
