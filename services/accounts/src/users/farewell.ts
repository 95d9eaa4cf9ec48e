import { addToOutbox } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import { farewellIdOf, userIdOf } from '../account-ids.ts'
import type { Tx } from '../db.ts'

/**
 * Has whoever reads the mail of an account that is being erased told so, also at the addresses that it had until lately:
 * it may be a thief who erases it. What is kept for that is apart from the account and lasts until the mail is sent.
 * Nobody is told of an address that was never confirmed, nor of the administrator's, which is none.
 */
export async function sayFarewell(tx: Tx, userUuid: string, now: Date): Promise<void> {
  const user = await tx
    .selectFrom('user_account')
    .select(['email', 'email_key', 'name', 'locale'])
    .where('id', '=', userUuid)
    .where('email_confirmed_at', 'is not', null)
    .where('admin', '=', false)
    .executeTakeFirst()
  if (!user?.email || !user.email_key) return
  const former = await tx
    .selectFrom('email_change')
    .select(['previous_email', 'previous_email_key'])
    .where('user_id', '=', userUuid)
    .where('state', '=', 'done')
    .where('ends_at', '>', now)
    .execute()
  const addresses = new Map([[user.email_key, user.email]])
  for (const { previous_email, previous_email_key } of former) {
    if (previous_email && previous_email_key) addresses.set(previous_email_key, previous_email)
  }
  const userId = userIdOf(userUuid)
  for (const email of addresses.values()) {
    const id = newUuid(now.getTime())
    await tx
      .insertInto('farewell')
      .values({ id, email, name: user.name, locale: user.locale, created_at: now })
      .execute()
    const data = { userId, farewellId: farewellIdOf(id) }
    await addToOutbox(tx, { type: 'accounts.farewell-requested.v1', subject: userId, data })
  }
}
