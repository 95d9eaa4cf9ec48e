import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type PromoCodeRow, type TicketsTx } from '../db.ts'

/** The code of the path, for a member who may change it; for outsiders it does not exist. */
export async function writablePromoCode(ctx: Context, request: FastifyRequest): Promise<PromoCodeRow> {
  const { promoCodeId } = request.params as { promoCodeId: string }
  const code = await ctx.db
    .selectFrom('promo_code')
    .select(COLUMNS.promo_code)
    .where('id', '=', toUuid('pro', promoCodeId))
    .executeTakeFirst()
  if (!code) throw new DomainError('not-found')
  const event = await ctx.db
    .selectFrom('event')
    .select('organizer_id')
    .where('event_id', '=', code.event_id)
    .executeTakeFirstOrThrow()
  authorize(request, 'promo-code.write', toId('org', event.organizer_id))
  return code
}

/** The code as it is now that its event is locked; gone when somebody else deleted it. */
export async function readPromoCode(tx: TicketsTx, key: { event_id: string; id: string }): Promise<PromoCodeRow> {
  const code = await tx
    .selectFrom('promo_code')
    .select(COLUMNS.promo_code)
    .where('event_id', '=', key.event_id)
    .where('id', '=', key.id)
    .executeTakeFirst()
  if (!code) throw new DomainError('not-found')
  return code
}
