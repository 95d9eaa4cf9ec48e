import { createHash, randomBytes } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import type { Tx } from '../db.ts'

export type LinkPurpose = 'email-confirmation' | 'password-reset' | 'admin-sign-in'

const LIFETIME_MINUTES: Record<LinkPurpose, number> = {
  'email-confirmation': 24 * 60,
  'password-reset': 30,
  'admin-sign-in': 24 * 60,
}

/** What is kept of a secret. */
export const secretHash = (token: string): Buffer => createHash('sha256').update(token).digest()

export function newSecret(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: secretHash(token) }
}

/** A secret of 256 bits that works once; the one before it for the same person and purpose no longer does. */
export async function mintLink(
  tx: Tx,
  purpose: LinkPurpose,
  userUuid: string | null,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  if (userUuid !== null) await dropLinks(tx, userUuid, purpose)
  const { token, hash } = newSecret()
  const expiresAt = new Date(now.getTime() + LIFETIME_MINUTES[purpose] * 60_000)
  await tx
    .insertInto('one_time_link')
    .values({
      token_hash: hash,
      purpose,
      user_id: userUuid,
      created_at: now,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { token, expiresAt }
}

/** Uses the link up; `link-invalid` when it is used, replaced, too old, or none of ours: nobody learns which. */
export async function redeemLink(tx: Tx, purpose: LinkPurpose, token: string, now: Date): Promise<string | null> {
  // One statement: of two at once, the second waits for the first one's row and then finds it used.
  const used = await tx
    .updateTable('one_time_link')
    .set({ used_at: now })
    .where('token_hash', '=', secretHash(token))
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('user_id')
    .executeTakeFirst()
  if (!used) throw new DomainError('link-invalid')
  return used.user_id
}

export async function dropLinks(tx: Tx, userUuid: string, purpose?: LinkPurpose): Promise<void> {
  await tx
    .deleteFrom('one_time_link')
    .where('user_id', '=', userUuid)
    .where('used_at', 'is', null)
    .$if(purpose !== undefined, (query) => query.where('purpose', '=', purpose as LinkPurpose))
    .execute()
}
