import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Static } from 'typebox'
import { AllotmentAnswer, AllotmentParams, UpdateAllotmentBody } from '../allotments/allotment-schema.ts'
import { drawAnew, lockForDrawing } from '../allotments/draw-anew.ts'
import { readAllotment, writableAllotment } from '../allotments/find-allotment.ts'
import { presentAllotment } from '../allotments/present-allotment.ts'
import { setDraws, typesThatDraw } from '../allotments/type-draws.ts'
import type { Context } from '../context.ts'
import type { AllotmentRow, TicketsTx } from '../db.ts'
import { lockEvent } from '../events/lock-event.ts'
import { touchTerms } from '../stock/terms.ts'

/** PATCH /v1/allotments/:allotmentId — more places are on sale at once; fewer only as far as nobody has them. */
export function updateAllotment(app: App, ctx: Context): void {
  app.patch(
    '/v1/allotments/:allotmentId',
    {
      schema: {
        operationId: 'updateAllotment',
        params: AllotmentParams,
        body: UpdateAllotmentBody,
        response: { 200: AllotmentAnswer },
      },
    },
    async (request, reply) => {
      const { pool } = await writableAllotment(ctx, request)
      const { ticketTypeIds } = request.body
      const answer = await inTransaction(ctx.db, async (tx) => {
        await lockEvent(tx, pool.event_id)
        await (ticketTypeIds ? lockForDrawing(tx, pool.event_id) : touchTerms(tx, pool.event_id))
        const current = await readAllotment(tx, pool)
        assertIfMatch(request, current.version)
        await saveAllotment(tx, current, request.body)
        return presentAllotment(tx, pool)
      })
      ctx.stock.availability.forget(pool.event_id)
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}

async function saveAllotment(
  tx: TicketsTx,
  current: AllotmentRow,
  { name, capacity = current.capacity, ticketTypeIds }: Static<typeof UpdateAllotmentBody>,
): Promise<void> {
  const { held, sold } = current
  if (ticketTypeIds) {
    const types = await typesThatDraw(
      tx,
      current.event_id,
      current.kind === 'event' ? 'event' : 'shared',
      ticketTypeIds,
    )
    await setDraws(tx, current, types)
    await drawAnew(tx, { ...current, capacity }, { ticketTypeIds: types })
  } else if (held + sold > capacity) {
    throw new DomainError('capacity-below-sold', { capacity, sold, held })
  }
  await tx
    .updateTable('allotment')
    .set({
      capacity,
      ...(name === undefined ? {} : { name: (name === null ? null : JSON.stringify(name)) as never }),
      version: sql<number>`version + 1`,
    })
    .where('event_id', '=', current.event_id)
    .where('id', '=', current.id)
    .execute()
}
