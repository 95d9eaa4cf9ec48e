import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, newUuid, toId, toUuid } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import { COLUMNS, type PromoCodeRow, type TicketsTx } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent } from '../events/find-event.ts'
import { lockSellableEvent } from '../events/lock-event.ts'
import { changePromoTerms, DEFAULTS, generateCode } from '../promo-codes/code-terms.ts'
import { presentPromoCode } from '../promo-codes/present-promo-code.ts'
import { CreatePromoCodeBody, PromoCodeAnswer } from '../promo-codes/promo-code-schema.ts'
import { setUsesMax, typesOfCode } from '../promo-codes/uses.ts'
import { findNamedTypes } from '../ticket-types/named-types.ts'

/** POST /v1/events/:eventId/promo-codes — a code that lowers prices, or opens hidden types, or both. */
export function createPromoCode(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/promo-codes',
    {
      schema: {
        operationId: 'createPromoCode',
        params: EventParams,
        body: CreatePromoCodeBody,
        response: { 201: PromoCodeAnswer },
      },
    },
    async (request, reply) => {
      const event = await fetchEvent(ctx, toUuid('evt', request.params.eventId))
      authorize(request, 'promo-code.write', toId('org', event.organizer_id))
      const answer = await inTransaction(ctx.db, async (tx) =>
        presentPromoCode(tx, await insertPromoCode(tx, event.event_id, request.body, () => ctx.time(tx))),
      )
      return reply.code(201).header('etag', etag(answer.version)).send(answer)
    },
  )
}

async function insertPromoCode(
  tx: TicketsTx,
  eventUuid: string,
  { code = generateCode(), usesMax, ...body }: Static<typeof CreatePromoCodeBody>,
  now: () => Promise<Date>,
): Promise<PromoCodeRow> {
  const terms = changePromoTerms(DEFAULTS, body)
  // Locked, so that the same code is not made twice at once.
  await lockSellableEvent(tx, eventUuid)
  await assertNew(tx, eventUuid, code)
  const named = (await findNamedTypes(tx, eventUuid, terms.ticketTypeIds, '/ticketTypeIds')).map((type) => type.id)
  const key = { event_id: eventUuid, id: newUuid() }
  const allotmentId = await setUsesMax(
    tx,
    { ...key, allotment_id: null },
    usesMax,
    await typesOfCode(tx, eventUuid, named),
  )
  return tx
    .insertInto('promo_code')
    .values({
      ...key,
      code,
      discount_percent: terms.discountPercent,
      discount_minor: terms.discountMinor,
      ticket_type_ids: named,
      unlocks: terms.unlocks,
      allotment_id: allotmentId,
      starts_at: terms.startsAt,
      ends_at: terms.endsAt,
      active: terms.active,
      created_at: await now(),
    })
    .returning(COLUMNS.promo_code)
    .executeTakeFirstOrThrow()
}

async function assertNew(tx: TicketsTx, eventUuid: string, code: string): Promise<void> {
  const other = await tx
    .selectFrom('promo_code')
    .select('id')
    .where('event_id', '=', eventUuid)
    .where(sql`upper(code)`, '=', code.toUpperCase())
    .executeTakeFirst()
  if (other) throw new DomainError('promo-code-exists', { promoCodeId: toId('pro', other.id) })
}
