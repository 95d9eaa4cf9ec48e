import type { Language } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { ConsentSource, Db, Tx } from '../db.ts'
import type { Channel, Purpose } from '../kinds.ts'
import { addressKey, type Keys } from './address-key.ts'

export interface Said {
  /** A UUID; null: to the platform itself. */
  organizerId: string | null
  channel: Channel
  purpose: Purpose
  address: string
  granted: boolean
  source: ConsentSource
  /** What it was said with; the same cause is written once. */
  sourceKey: string
  wording?: { text: string; version: string; language: Language } | undefined
  givenAt: Date
}

/** Writes down what people have said. Repeating it adds nothing. */
export async function recordWishes(db: Db | Tx, keys: Keys, now: Date, said: readonly Said[]): Promise<void> {
  if (said.length === 0) return
  await db
    .insertInto('consent')
    .values(
      said.map((one) => ({
        id: newUuid(now.getTime()),
        organizer_id: one.organizerId,
        channel: one.channel,
        purpose: one.purpose,
        address_key: addressKey(keys, one.address),
        address: one.address,
        granted: one.granted,
        source: one.source,
        source_key: one.sourceKey,
        wording: one.wording?.text ?? null,
        wording_version: one.wording?.version ?? null,
        language: one.wording?.language ?? null,
        given_at: one.givenAt,
        recorded_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
