import type { Language } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import type { ConsentSource } from '../db.ts'
import { type Choice, controllerOf, type Reader } from './preferences.ts'
import { recordWishes } from './record-wishes.ts'

export interface Changed extends Choice {
  wording?: { text: string; version: string } | undefined
}

/** Writes down choices that differ from what holds. */
export async function saveChoices(
  ctx: Context,
  reader: Reader,
  { changed, source, language }: { changed: readonly Changed[]; source: ConsentSource; language: Language },
): Promise<void> {
  const now = ctx.now()
  await recordWishes(
    ctx.db,
    ctx.keys,
    now,
    changed.map(({ sender, purpose, granted, wording }) => ({
      organizerId: controllerOf(reader, sender),
      channel: reader.channel,
      purpose,
      address: reader.address,
      granted,
      source,
      // One may change one's mind as often as one likes with the same link.
      sourceKey: newUuid(now.getTime()),
      wording: wording && { ...wording, language },
      givenAt: now,
    })),
  )
}
