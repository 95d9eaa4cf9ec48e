import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import type { EventRow, EventsTx } from '../db.ts'
import { imagePath } from '../events/present.ts'
import { encodePicture, type Picture } from './encode-picture.ts'
import { refusedUrl } from './fetch-picture.ts'

/** What a request does to an event's picture. Found out before the transaction, because it may fetch and encode. */
export type PictureChange =
  | { kind: 'keep' }
  | { kind: 'remove' }
  | { kind: 'replace'; picture: Picture; sourceUrl: string | null }

type Present = Pick<EventRow, 'image_id' | 'image_source_url'>
const NONE: Present = { image_id: null, image_source_url: null }

/** `imageUrl` of a body: absent keeps, null removes, our own address or the one fetched before keeps, else it is fetched. */
export async function pictureFromUrl(
  ctx: Context,
  imageUrl: string | null | undefined,
  present: Present = NONE,
): Promise<PictureChange> {
  if (imageUrl === undefined) return { kind: 'keep' }
  if (imageUrl === null) return present.image_id === null ? { kind: 'keep' } : { kind: 'remove' }
  const own = present.image_id ? imagePath(present.image_id) : undefined
  if (imageUrl === present.image_source_url || imageUrl === own || imageUrl === `${ctx.config.publicUrl}${own}`) {
    return { kind: 'keep' }
  }
  const bytes = await ctx.pictures.fetch(imageUrl)
  const picture = await encodePicture(bytes).catch((error: unknown) => {
    throw isBusy(error) ? error : refusedUrl(error)
  })
  return { kind: 'replace', picture, sourceUrl: imageUrl }
}

/** Too many pictures wait: nothing is said about this one. */
function isBusy(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'unavailable'
}

/** Stores the new picture and gives the event's columns; the old one goes with {@link dropPicture} after the update. */
export async function storePicture(
  tx: EventsTx,
  organizerId: string,
  change: PictureChange,
  now: Date,
): Promise<Partial<Present>> {
  if (change.kind === 'keep') return {}
  if (change.kind === 'remove') return NONE
  const id = newUuid(now.getTime())
  await tx
    .insertInto('image')
    .values({ id, organizer_id: organizerId, ...change.picture, created_at: now })
    .execute()
  return { image_id: id, image_source_url: change.sourceUrl }
}

export async function dropPicture(tx: EventsTx, imageId: string | null): Promise<void> {
  if (imageId !== null) await tx.deleteFrom('image').where('id', '=', imageId).execute()
}
