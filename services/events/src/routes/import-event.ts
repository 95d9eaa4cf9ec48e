import { createHash } from 'node:crypto'
import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import type { EventRow, EventsTx } from '../db.ts'
import { announceChange, announcePublished } from '../events/announce.ts'
import { type Content, columnsOf, contentFrom } from '../events/content.ts'
import { newEvent } from '../events/new-event.ts'
import { presentEvent } from '../events/present.ts'
import { EventSchema, type ImportBody, ImportBodySchema } from '../events/schemas.ts'
import { transition } from '../events/status.ts'
import { changeEvent, insertEvent, lockImported } from '../events/store.ts'
import { isPlace } from '../events/venue.ts'
import { dropPicture, type PictureChange, pictureFromUrl, storePicture } from '../images/picture-change.ts'

interface Record_ {
  organizerId: string
  ref: string
  digest: Buffer
  content: Content
  picture: PictureChange
  publish: boolean
}

export function importEvent(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/imported-events/:externalRef',
    {
      schema: {
        operationId: 'importEvent',
        summary:
          'Creates or updates the event of a record of another system. The same record again changes nothing. Past events may be published this way.',
        params: Type.Object({
          organizerId: Type.String(),
          externalRef: Type.String({ minLength: 1, maxLength: 150, pattern: '^[\\x21-\\x7e]+$' }),
        }),
        body: ImportBodySchema,
        response: {
          '2xx': Type.Object({
            outcome: Type.Union([Type.Literal('created'), Type.Literal('updated'), Type.Literal('unchanged')]),
            event: EventSchema,
          }),
        },
      },
    },
    async (request, reply) => {
      const { params, body } = request
      authorize(request, 'event.write', params.organizerId)
      if (body.publish) authorize(request, 'event.publish', params.organizerId)
      const organizerId = toUuid('org', params.organizerId)
      const content = contentFrom({ ...body, organizerId: params.organizerId })
      if (body.publish && !isPlace(content.venue)) {
        const errors = [{ pointer: '/venue', detail: 'needs a name, an address or a city, or online' }]
        throw new DomainError('event-incomplete', {}, { errors })
      }
      const digest = digestOf(body)
      const known = await findKnown(ctx, organizerId, params.externalRef)
      const same = known?.import_digest?.equals(digest) ?? false
      const picture = same ? ({ kind: 'keep' } as const) : await pictureFromUrl(ctx, body.imageUrl ?? null, known)
      const record: Record_ = { organizerId, ref: params.externalRef, digest, content, picture, publish: body.publish }
      const { outcome, row } = await inTransaction(ctx.db, (tx) => upsert(tx, record, ctx.now()))
      return reply
        .code(outcome === 'created' ? 201 : 200)
        .header('etag', etag(row.version))
        .send({ outcome, event: presentEvent(row) })
    },
  )
}

function digestOf(body: ImportBody): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(body, Object.keys(flatten(body)).sort()))
    .digest()
}

/** All names in the body, at any depth: the replacer list of JSON.stringify, which then writes them in one order. */
function flatten(value: object): Record<string, true> {
  const names: Record<string, true> = {}
  for (const [name, part] of Object.entries(value)) {
    names[name] = true
    if (typeof part === 'object' && part !== null) Object.assign(names, flatten(part))
  }
  return names
}

async function findKnown(ctx: Context, organizerId: string, ref: string) {
  return ctx.db
    .selectFrom('event')
    .select(['import_digest', 'image_id', 'image_source_url'])
    .where('organizer_id', '=', organizerId)
    .where('import_ref', '=', ref)
    .executeTakeFirst()
}

async function upsert(
  tx: EventsTx,
  record: Record_,
  now: Date,
): Promise<{ outcome: 'created' | 'updated' | 'unchanged'; row: EventRow }> {
  const before = await lockImported(tx, record.organizerId, record.ref)
  if (before?.import_digest?.equals(record.digest)) return { outcome: 'unchanged', row: before }
  const image = await storePicture(tx, record.organizerId, record.picture, now)
  if (!before) {
    const published = record.publish ? { status: 'published' as const, published_at: now } : {}
    const row = await insertEvent(tx, {
      ...newEvent(record.organizerId, record.content, now),
      ...image,
      ...published,
      import_ref: record.ref,
      import_digest: record.digest,
    })
    // The same record from another request, a moment ago: repeating this one finds it.
    if (!row) throw new DomainError('conflict')
    if (record.publish) await announcePublished(tx, row)
    return { outcome: 'created', row }
  }
  transition(before.status, 'edit')
  const becomesPublic = record.publish && before.status === 'draft'
  const row = await changeEvent(
    tx,
    before,
    {
      ...columnsOf(record.content),
      ...image,
      ...(becomesPublic ? { status: 'published', published_at: now } : {}),
      import_digest: record.digest,
    },
    now,
  )
  if (row.image_id !== before.image_id) await dropPicture(tx, before.image_id)
  if (becomesPublic) await announcePublished(tx, row)
  else await announceChange(tx, before, row)
  return { outcome: 'updated', row }
}
