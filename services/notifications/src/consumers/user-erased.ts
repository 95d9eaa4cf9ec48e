import { sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { OPEN_STATES } from '../kinds.ts'
import { uuidOf } from '../message-ids.ts'

/**
 * accounts.user-erased.v1 → names and addresses go; that something was sent stays. Orders bought as a guest with the same
 * address are the same person's. What was still to be sent to the account is called off.
 */
export async function onUserErased(tx: Tx, { data }: Message<{ userId: string }>): Promise<void> {
  const userId = uuidOf('usr', data.userId)
  // What they agreed to or refused stays, as proof and so that a refusal is kept to, by the hash of the address alone.
  await sql`
    update consent set address = null where lower(address) in (${shownAddresses(userId)})`.execute(tx)
  await sql`
    update delivery set recipient_name = null, recipient_address = null, last_error = null, provider_reply = null
     where user_id = ${userId}
        or lower(recipient_address) in (${shownAddresses(userId)})
  `.execute(tx)
  await sql`
    update attempt set reply = null from delivery
     where delivery.id = attempt.delivery_id and delivery.recipient_address is null and delivery.user_id = ${userId}
  `.execute(tx)
  await tx
    .updateTable('delivery')
    .set({ state: 'skipped', skip_reason: 'called-off', lease: null, last_error: 'The account was erased.' })
    .where('user_id', '=', userId)
    .where('state', 'in', OPEN_STATES)
    .execute()
}

/**
 * The addresses whose mail they have shown to read. One that they wanted and never confirmed may be a stranger's, whose
 * messages must not be forgotten for that.
 */
const shownAddresses = (userId: string) => sql`
  select lower(recipient_address) from delivery
   where user_id = ${userId} and kind <> 'email-change' and recipient_address is not null`
