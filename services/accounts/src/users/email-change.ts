import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import { emailChangeIdOf, userIdOf } from '../account-ids.ts'
import type { Deed } from '../audit.ts'
import type { Db, Tx } from '../db.ts'
import { type Email, emailKey } from './email.ts'
import { secretHash } from './one-time-link.ts'
import { takeAddress } from './take-address.ts'

const HOUR_MS = 3_600_000
/** As long as a new account may be confirmed. */
const CONFIRM_MS = 24 * HOUR_MS
/** Long enough for who reads that mail on Sundays only. */
const UNDO_MS = 7 * 24 * HOUR_MS

/** An address that waits until somebody shows that he reads its mail. */
export interface PendingChange {
  email: string
  expiresAt: string
}

/**
 * Notes the wish and has a link mailed to the new address. Whether that address has an account already is not looked at
 * here: only the mail differs, so the answer cannot tell (S-23). The caller holds the user's lock.
 */
export async function askForChange(tx: Tx, userUuid: string, { email, key }: Email, now: Date): Promise<PendingChange> {
  const id = newUuid(now.getTime())
  const ends_at = new Date(now.getTime() + CONFIRM_MS)
  await withdrawChange(tx, userUuid)
  await tx
    .insertInto('email_change')
    .values({ id, user_id: userUuid, state: 'asked', email, email_key: key, created_at: now, ends_at })
    .execute()
  await announce(tx, 'accounts.email-change-requested.v1', userUuid, id)
  return { email, expiresAt: ends_at.toISOString() }
}

export async function findPendingChange(db: Db | Tx, userUuid: string, now: Date): Promise<PendingChange | undefined> {
  const row = await db
    .selectFrom('email_change')
    .select(['email', 'ends_at'])
    .where('user_id', '=', userUuid)
    .where('state', '=', 'asked')
    .where('ends_at', '>', now)
    .executeTakeFirst()
  return row && { email: row.email, expiresAt: row.ends_at.toISOString() }
}

/** The wish is no more, and its link is dead. True when there was one. */
export async function withdrawChange(tx: Tx, userUuid: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('email_change')
    .where('user_id', '=', userUuid)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/**
 * The new address is in force from now on, and the one before is told. Going back to an address that can still be had back
 * undoes what came after it instead: the one left is then perhaps a thief's, who would get a link to take the account
 * again. The caller holds the user's lock.
 */
export async function confirmChange(
  tx: Tx,
  deed: Deed,
  user: { id: string; email: string | null },
  token: string,
): Promise<string> {
  const previous = user.email ?? ''
  const done = await tx
    .updateTable('email_change')
    .set({
      state: 'done',
      token_hash: null,
      previous_email: previous,
      previous_email_key: emailKey(previous),
      ends_at: new Date(deed.at.getTime() + UNDO_MS),
    })
    .where('token_hash', '=', secretHash(token))
    .where('user_id', '=', user.id)
    .where('state', '=', 'asked')
    .where('ends_at', '>', deed.at)
    .returning(['id', 'email', 'email_key'])
    .executeTakeFirst()
  if (!done) throw new DomainError('link-invalid')
  await takeAddress(tx, deed, user.id, { email: done.email, key: done.email_key })
  const left = await tx
    .selectFrom('email_change')
    .select('ends_at')
    .where('user_id', '=', user.id)
    .where('state', '=', 'done')
    .where('previous_email_key', '=', done.email_key)
    .where('ends_at', '>', deed.at)
    .orderBy('ends_at')
    .executeTakeFirst()
  if (left) await forgetChangesSince(tx, user.id, left.ends_at)
  else await announce(tx, 'accounts.email-changed.v1', user.id, done.id)
  return done.email
}

/** Whose account a link would give its former address back; undefined when it would none. */
export async function userOfUndoLink(tx: Tx, token: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('email_change')
    .select('user_id')
    .where('token_hash', '=', secretHash(token))
    .executeTakeFirst()
  return row?.user_id
}

/**
 * The address is again what it was before this change, whatever came after it: who stole an account may have moved it on
 * more than once. The caller holds the user's lock.
 */
export async function undoChange(tx: Tx, deed: Deed, userUuid: string, token: string): Promise<string> {
  const undone = await tx
    .deleteFrom('email_change')
    .where('token_hash', '=', secretHash(token))
    .where('user_id', '=', userUuid)
    .where('state', '=', 'done')
    .where('ends_at', '>', deed.at)
    .returning(['previous_email', 'previous_email_key', 'ends_at'])
    .executeTakeFirst()
  if (!undone?.previous_email || !undone.previous_email_key) throw new DomainError('link-invalid')
  await withdrawChange(tx, userUuid)
  await forgetChangesSince(tx, userUuid, undone.ends_at)
  await takeAddress(tx, deed, userUuid, { email: undone.previous_email, key: undone.previous_email_key })
  return undone.previous_email
}

/** A change and all that came after it: none of them can be undone any more. */
async function forgetChangesSince(tx: Tx, userUuid: string, endsAt: Date): Promise<void> {
  await tx.deleteFrom('email_change').where('user_id', '=', userUuid).where('ends_at', '>=', endsAt).execute()
}

async function announce(
  tx: Tx,
  type: 'accounts.email-change-requested.v1' | 'accounts.email-changed.v1',
  userUuid: string,
  changeUuid: string,
): Promise<void> {
  const userId = userIdOf(userUuid)
  await addToOutbox(tx, { type, subject: userId, data: { userId, changeId: emailChangeIdOf(changeUuid) } })
}
