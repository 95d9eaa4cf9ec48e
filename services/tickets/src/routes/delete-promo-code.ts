import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { removePool } from '../allotments/draw-anew.ts'
import type { Context } from '../context.ts'
import type { PromoCodeRow, TicketsTx } from '../db.ts'
import { lockEvent } from '../events/lock-event.ts'
import { readPromoCode, writablePromoCode } from '../promo-codes/find-promo-code.ts'
import { PromoCodeParams } from '../promo-codes/promo-code-schema.ts'
import { touchTerms } from '../stock/terms.ts'

/** DELETE /v1/promo-codes/:promoCodeId — as if it had never been; not once there are orders with it. */
export function deletePromoCode(app: App, ctx: Context): void {
  app.delete(
    '/v1/promo-codes/:promoCodeId',
    { schema: { operationId: 'deletePromoCode', params: PromoCodeParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const code = await writablePromoCode(ctx, request)
      await inTransaction(ctx.db, async (tx) => {
        await lockEvent(tx, code.event_id)
        // With these locks, no order with it can be on its way.
        await touchTerms(tx, code.event_id)
        await removePromoCode(tx, await readPromoCode(tx, code))
      })
      return reply.code(204).send(null)
    },
  )
}

async function removePromoCode(tx: TicketsTx, code: PromoCodeRow): Promise<void> {
  const { event_id, id, allotment_id } = code
  const ordered = await tx
    .selectFrom('orders')
    .select('id')
    .where('event_id', '=', event_id)
    .where('promo_code_id', '=', id)
    .limit(1)
    .executeTakeFirst()
  if (ordered) throw new DomainError('promo-code-has-orders')
  if (allotment_id) await removePool(tx, { event_id, id: allotment_id })
  await tx.deleteFrom('promo_code').where('event_id', '=', event_id).where('id', '=', id).execute()
}
