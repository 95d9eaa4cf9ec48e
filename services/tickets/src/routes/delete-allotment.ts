import { inTransaction } from '@guichet/database'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { AllotmentParams } from '../allotments/allotment-schema.ts'
import { lockForDrawing, removePool } from '../allotments/draw-anew.ts'
import { readAllotment, writableAllotment } from '../allotments/find-allotment.ts'
import type { Context } from '../context.ts'
import { lockEvent } from '../events/lock-event.ts'

/** DELETE /v1/allotments/:allotmentId — lifts this limit; what is sold stays sold. */
export function deleteAllotment(app: App, ctx: Context): void {
  app.delete(
    '/v1/allotments/:allotmentId',
    { schema: { operationId: 'deleteAllotment', params: AllotmentParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { pool } = await writableAllotment(ctx, request)
      await inTransaction(ctx.db, async (tx) => {
        await lockEvent(tx, pool.event_id)
        await lockForDrawing(tx, pool.event_id)
        await readAllotment(tx, pool)
        await removePool(tx, pool)
      })
      ctx.stock.availability.forget(pool.event_id)
      return reply.code(204).send(null)
    },
  )
}
