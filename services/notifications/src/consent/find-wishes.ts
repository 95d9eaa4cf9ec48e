import { sql } from '@guichet/database'
import type { Db, Tx } from '../db.ts'
import type { Wish } from './wishes.ts'

/** The latest wish of an address for each channel, purpose and sender. */
export async function findWishes(db: Db | Tx, key: Buffer): Promise<Wish[]> {
  const { rows } = await sql<Wish>`
    select distinct on (organizer_id, channel, purpose)
           organizer_id as "organizerId", channel, purpose, granted, given_at as "givenAt"
      from consent where address_key = ${key}
     order by organizer_id, channel, purpose, given_at desc, granted, id desc`.execute(db)
  return rows
}
