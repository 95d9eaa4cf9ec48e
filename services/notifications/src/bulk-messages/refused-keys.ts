import { sql } from '@guichet/database'
import { isAllowedUnasked } from '../consent/wishes.ts'
import type { Db, Tx } from '../db.ts'
import type { BulkPurpose } from './tables.ts'

/**
 * Which of many addresses (by their keys, in hex) an organizer may not write to for a purpose, in one query. Spares the
 * pace and the mail server; `maySend` asks again for each when it is sent.
 */
export async function findRefusedKeys(
  db: Db | Tx,
  organizerId: string,
  purpose: BulkPurpose,
  keys: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ key: string; granted: boolean }>`
    select distinct on (address_key) encode(address_key, 'hex') as key, granted
      from consent
     where address_key = any(array(select decode(key, 'hex') from unnest(${keys}::text[]) as key))
       and organizer_id = ${organizerId} and channel = 'email' and purpose = ${purpose}
     order by address_key, given_at desc, granted, id desc`.execute(db)
  const wishes = new Map(rows.map(({ key, granted }) => [key, granted]))
  const unasked = isAllowedUnasked({ channel: 'email', purpose })
  return new Set(keys.filter((key) => !(wishes.get(key) ?? unasked)))
}
