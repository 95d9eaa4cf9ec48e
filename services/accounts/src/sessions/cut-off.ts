import { sql } from '@guichet/database'
import type { Tx } from '../db.ts'

/**
 * From now on the user's older access tokens are refused. One millisecond later than anything issued so far; the caller
 * holds the user's lock, so nothing is issued meanwhile. Returns the time, for the message that tells the others.
 */
export async function cutOffTokens(tx: Tx, userUuid: string, now: Date): Promise<Date> {
  const { issued_before } = await tx
    .insertInto('token_cutoff')
    .values({ user_id: userUuid, issued_before: new Date(now.getTime() + 1) })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet({
        issued_before: sql<Date>`greatest(excluded.issued_before, token_cutoff.issued_before + interval '1 millisecond')`,
      }),
    )
    .returning('issued_before')
    .executeTakeFirstOrThrow()
  return issued_before
}
