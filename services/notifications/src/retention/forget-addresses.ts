import { sql } from '@guichet/database'
import type { Tx } from '../db.ts'

/**
 * The names and addresses of somebody who is gone go, wherever they are; that something was sent stays. Orders bought as a
 * guest with the same address are the same person's, and name no user. What they agreed to or refused stays, as proof and
 * so that a refusal is kept to, by the hash of the address alone.
 */
export async function forgetAddresses(tx: Tx, addresses: readonly string[]): Promise<void> {
  const theirs = sql`any(array(select lower(address) from unnest(${addresses}::text[]) as given (address)))`
  await sql`update consent set address = null where lower(address) = ${theirs}`.execute(tx)
  await sql`
    with forgotten as (
      update delivery set recipient_name = null, recipient_address = null, last_error = null, provider_reply = null
       where lower(recipient_address) = ${theirs}
      returning id
    )
    update attempt set reply = null from forgotten where attempt.delivery_id = forgotten.id
  `.execute(tx)
}
