import { sql } from '@guichet/database'
import type { Message } from '@guichet/messaging'
import type { Tx } from '../db.ts'
import { OPEN_STATES } from '../kinds.ts'
import { uuidOf } from '../message-ids.ts'
import { forgetAddresses } from '../retention/forget-addresses.ts'

/**
 * accounts.user-erased.v1 → names and addresses go, of what the account was sent and of the addresses that this shows. The
 * address that it ended with may not be among them, as after a change or long after its last letter: that one is forgotten
 * with the farewell, which alone knows it. What was still to be sent to the account is called off.
 */
export async function onUserErased(tx: Tx, { data }: Message<{ userId: string }>): Promise<void> {
  const userId = uuidOf('usr', data.userId)
  await forgetAddresses(tx, await shownAddresses(tx, userId))
  await sql`
    update delivery set recipient_name = null, recipient_address = null, last_error = null, provider_reply = null
     where user_id = ${userId}
  `.execute(tx)
  await sql`
    update attempt set reply = null from delivery
     where delivery.id = attempt.delivery_id and delivery.user_id = ${userId}
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
async function shownAddresses(tx: Tx, userId: string): Promise<string[]> {
  const { rows } = await sql<{ address: string }>`
    select distinct lower(recipient_address) as address from delivery
     where user_id = ${userId} and kind <> 'email-change' and recipient_address is not null`.execute(tx)
  return rows.map((row) => row.address)
}
