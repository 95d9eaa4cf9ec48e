import { inTransaction, sql } from '@guichet/database'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type PromoCodeRow, type TicketsTx } from '../db.ts'
import { lockEvent } from '../events/lock-event.ts'
import { changePromoTerms, promoTermsOf } from '../promo-codes/code-terms.ts'
import { readPromoCode, writablePromoCode } from '../promo-codes/find-promo-code.ts'
import { presentPromoCode } from '../promo-codes/present-promo-code.ts'
import {
  PromoCodeAnswer,
  PromoCodeParams,
  type UpdatePromoCode,
  UpdatePromoCodeBody,
} from '../promo-codes/promo-code-schema.ts'
import { setUsesMax, typesOfCode } from '../promo-codes/uses.ts'
import { findNamedTypes } from '../ticket-types/named-types.ts'

/** PATCH /v1/promo-codes/:promoCodeId — new terms for orders to come; the code itself stays. */
export function updatePromoCode(app: App, ctx: Context): void {
  app.patch(
    '/v1/promo-codes/:promoCodeId',
    {
      schema: {
        operationId: 'updatePromoCode',
        params: PromoCodeParams,
        body: UpdatePromoCodeBody,
        response: { 200: PromoCodeAnswer },
      },
    },
    async (request, reply) => {
      const code = await writablePromoCode(ctx, request)
      const answer = await inTransaction(ctx.db, async (tx) => {
        await lockEvent(tx, code.event_id)
        const current = await readPromoCode(tx, code)
        assertIfMatch(request, current.version)
        return presentPromoCode(tx, await savePromoCode(tx, current, request.body))
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}

async function savePromoCode(
  tx: TicketsTx,
  current: PromoCodeRow,
  { usesMax, ...body }: UpdatePromoCode,
): Promise<PromoCodeRow> {
  const terms = changePromoTerms(promoTermsOf(current), body)
  const named = body.ticketTypeIds
    ? (await findNamedTypes(tx, current.event_id, body.ticketTypeIds, '/ticketTypeIds')).map((type) => type.id)
    : current.ticket_type_ids
  const types = await typesOfCode(tx, current.event_id, named)
  return tx
    .updateTable('promo_code')
    .set({
      discount_percent: terms.discountPercent,
      discount_minor: terms.discountMinor,
      ticket_type_ids: named,
      unlocks: terms.unlocks,
      allotment_id: await setUsesMax(tx, current, usesMax, types),
      starts_at: terms.startsAt,
      ends_at: terms.endsAt,
      active: terms.active,
      version: sql<number>`version + 1`,
    })
    .where('event_id', '=', current.event_id)
    .where('id', '=', current.id)
    .returning(COLUMNS.promo_code)
    .executeTakeFirstOrThrow()
}
