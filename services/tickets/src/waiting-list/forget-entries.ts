import { inTransaction, sql } from '@guichet/database'
import type { Context } from '../context.ts'
import type { TicketsTx, WaitingEntryRow } from '../db.ts'
import { endEntries } from './end-entries.ts'

type EntryKey = Pick<WaitingEntryRow, 'event_id' | 'id' | 'ticket_type_id'>

/** Long enough to answer whoever asks why they got no place. */
const KEPT_DAYS = 30

/**
 * Forgets addresses wherever they wait or waited. Entries belong to no account: an erased user's are found by the addresses of
 * their orders, and otherwise left by the link in the mail.
 */
export async function forgetAddresses(tx: TicketsTx, addresses: readonly string[]): Promise<void> {
  const keys = [...new Set(addresses.map((address) => address.toLowerCase()))]
  if (keys.length === 0) return
  const { rows } = await sql<EntryKey & { now: Date }>`
    select event_id, id, ticket_type_id, clock_timestamp() as now from waiting_entry
     where lower(email) = any(${keys})`.execute(tx)
  await endEntries(tx, rows, rows[0]?.now ?? new Date(Number.NaN))
  await sql`update waiting_entry set email = null where lower(email) = any(${keys})`.execute(tx)
}

/** Forgets whom a hold was offered to that was not bought, in the order too, unless somebody has put a name to it. */
export async function forgetOffer(tx: TicketsTx, eventId: string, orderId: string): Promise<void> {
  await sql`update waiting_entry set email = null where event_id = ${eventId} and order_id = ${orderId}`.execute(tx)
  await sql`
    update orders set buyer_email = null, buyer_key = null
     where event_id = ${eventId} and id = ${orderId} and ${nameless}`.execute(tx)
}

const nameless = sql<boolean>`waiting_entry_id is not null and buyer_name is null and state in ('expired', 'cancelled')`

/** Forgets who waited, and who had been passed a ticket, of events that are long over, or gone. Returns how many events. */
export async function forgetPastEntries(ctx: Context, limit: number): Promise<number> {
  const now = await ctx.time(ctx.db)
  const { rows: events } = await sql<{ event_id: string }>`
    select event_id from event
     where (ends_at < ${now}::timestamptz - make_interval(days => ${KEPT_DAYS}) or status = 'deleted')
       and (exists (select from waiting_entry where event_id = event.event_id and email is not null)
            or exists (select from ticket where event_id = event.event_id and holder_email is not null))
     limit ${limit}`.execute(ctx.db)
  for (const { event_id } of events) {
    await inTransaction(ctx.db, async (tx) => {
      const { rows } = await sql<EntryKey>`
        select event_id, id, ticket_type_id from waiting_entry
         where event_id = ${event_id} and state = 'waiting'`.execute(tx)
      await endEntries(tx, rows, now)
      await sql`update waiting_entry set email = null where event_id = ${event_id} and email is not null`.execute(tx)
      await sql`update ticket set holder_email = null where event_id = ${event_id} and holder_email is not null`.execute(
        tx,
      )
      await sql`update orders set buyer_email = null, buyer_key = null where event_id = ${event_id} and ${nameless}`.execute(
        tx,
      )
    })
  }
  return events.length
}
