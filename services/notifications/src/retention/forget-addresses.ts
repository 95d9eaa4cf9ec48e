import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { RawBuilder } from 'kysely'
import type { Tx } from '../db.ts'

/**
 * The names and addresses of somebody who is gone go, wherever they are; that something was sent stays. Orders bought as a
 * guest with the same address are the same person's, and name no user. What they agreed to or refused stays, as proof and
 * so that a refusal is kept to, by the hash of the address alone.
 */
export async function forgetAddresses(tx: Tx, addresses: readonly string[]): Promise<void> {
  const theirs = sql`any(array(select lower(address) from unnest(${addresses}::text[]) as given (address)))`
  await forgetTelephones(tx, await ordersOf(tx, theirs))
  await sql`update consent set address = null where lower(address) = ${theirs}`.execute(tx)
  await forgetDeliveries(tx, sql`lower(recipient_address) = ${theirs}`)
}

/** The orders (UUIDs) whose tickets were sent to them, and to nobody else since. */
async function ordersOf(tx: Tx, theirs: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ order_id: string }>`
    select distinct mail.order_id from delivery as mail
     where lower(mail.recipient_address) = ${theirs} and mail.order_id is not null
       and mail.kind = 'order-confirmation' and mail.channel = 'email'
       and not exists (
         select from delivery as later
          where later.order_id = mail.order_id and later.kind = mail.kind and later.channel = mail.channel
            and later.id > mail.id and lower(later.recipient_address) <> lower(mail.recipient_address))
  `.execute(tx)
  return rows.map((row) => row.order_id)
}

/** The telephone that went with an order is its buyer's too, whether anything was sent to it or not. */
async function forgetTelephones(tx: Tx, orderUuids: readonly string[]): Promise<void> {
  const orders = orderUuids.map((uuid) => toId('ord', uuid))
  await sql`
    update consent set address = null
     where source = 'checkout' and source_key = any(${orders}::text[]) and channel = 'sms'`.execute(tx)
  await forgetDeliveries(tx, sql`channel = 'sms' and order_id = any(${orderUuids}::uuid[])`)
}

async function forgetDeliveries(tx: Tx, which: RawBuilder<unknown>): Promise<void> {
  await sql`
    with forgotten as (
      update delivery set recipient_name = null, recipient_address = null, last_error = null, provider_reply = null
       where ${which}
      returning id
    )
    update attempt set reply = null from forgotten where attempt.delivery_id = forgotten.id
  `.execute(tx)
}
