import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, newUuid, toId, toUuid } from '@guichet/server'
import type { Static } from 'typebox'
import { AllotmentAnswer, CreateAllotmentBody } from '../allotments/allotment-schema.ts'
import { drawAnew, lockForDrawing } from '../allotments/draw-anew.ts'
import { presentAllotment } from '../allotments/present-allotment.ts'
import { setDraws, typesThatDraw } from '../allotments/type-draws.ts'
import type { Context } from '../context.ts'
import type { TicketsTx } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent } from '../events/find-event.ts'
import { lockSellableEvent } from '../events/lock-event.ts'

/** POST /v1/events/:eventId/allotments — a limit over several types, or over the whole event; what is taken counts at once. */
export function createAllotment(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/allotments',
    {
      schema: {
        operationId: 'createAllotment',
        params: EventParams,
        body: CreateAllotmentBody,
        response: { 201: AllotmentAnswer },
      },
    },
    async (request, reply) => {
      const event = await fetchEvent(ctx, toUuid('evt', request.params.eventId))
      authorize(request, 'ticket-type.write', toId('org', event.organizer_id))
      const key = { event_id: event.event_id, id: newUuid() }
      const answer = await inTransaction(ctx.db, async (tx) => {
        await insertAllotment(tx, key, request.body)
        return presentAllotment(tx, key)
      })
      ctx.stock.availability.forget(event.event_id)
      return reply.code(201).header('etag', etag(answer.version)).send(answer)
    },
  )
}

async function insertAllotment(
  tx: TicketsTx,
  key: { event_id: string; id: string },
  { kind, name, capacity, ticketTypeIds }: Static<typeof CreateAllotmentBody>,
): Promise<void> {
  // Locked, so that two cannot both become the event's, and no new type misses it.
  await lockSellableEvent(tx, key.event_id)
  if (kind === 'event') await assertNoEventCapacity(tx, key.event_id)
  const types = await typesThatDraw(tx, key.event_id, kind, ticketTypeIds)
  // The row is inserted before the lock, which then also raises its terms_version.
  await tx
    .insertInto('allotment')
    .values({ ...key, kind, name: name ? (JSON.stringify(name) as never) : null, capacity })
    .execute()
  await lockForDrawing(tx, key.event_id)
  await setDraws(tx, key, types)
  await drawAnew(tx, { ...key, capacity }, { ticketTypeIds: types })
}

async function assertNoEventCapacity(tx: TicketsTx, eventUuid: string): Promise<void> {
  const other = await tx
    .selectFrom('allotment')
    .select('id')
    .where('event_id', '=', eventUuid)
    .where('kind', '=', 'event')
    .executeTakeFirst()
  if (other) throw new DomainError('event-capacity-exists', { allotmentId: toId('alo', other.id) })
}
