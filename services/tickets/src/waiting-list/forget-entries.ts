import { sql } from '@guichet/database'
import type { TicketsTx, WaitingEntryRow } from '../db.ts'
import { endEntries } from './end-entries.ts'

/**
 * Forgets addresses wherever they wait or waited. Entries belong to no account: an erased user's are found by the addresses of
 * their orders, and otherwise left by the link in the mail.
 */
export async function forgetAddresses(tx: TicketsTx, addresses: readonly string[]): Promise<void> {
  const keys = [...new Set(addresses.map((address) => address.toLowerCase()))]
  if (keys.length === 0) return
  const { rows } = await sql<Pick<WaitingEntryRow, 'event_id' | 'id' | 'ticket_type_id'> & { now: Date }>`
    select event_id, id, ticket_type_id, clock_timestamp() as now from waiting_entry
     where lower(email) = any(${keys})`.execute(tx)
  await endEntries(tx, rows, rows[0]?.now ?? new Date(Number.NaN))
  await sql`update waiting_entry set email = null where lower(email) = any(${keys})`.execute(tx)
}
