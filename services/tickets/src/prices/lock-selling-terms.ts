import { sql } from '@guichet/database'
import type { TicketsTx } from '../db.ts'

/**
 * Before everything else that a transaction locks: the organizer's fees and VAT change one after the other, and not while a type
 * is being made, which would otherwise be sold by what was.
 */
export async function lockSellingTerms(tx: TicketsTx, organizerUuid: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`selling-terms ${organizerUuid}`}, 0))`.execute(tx)
}

/** For a transaction that begins to sell by them: they do not change until it ends. */
export async function readSellingTerms(tx: TicketsTx, organizerUuid: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`selling-terms ${organizerUuid}`}, 0))`.execute(tx)
}
