import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS, type EventRow, type TicketsTx, type TicketTypeRow } from '../db.ts'
import { lockEvent } from '../events/lock-event.ts'
import { findVatRate } from '../prices/vat-rate.ts'
import { touchTerms } from '../stock/terms.ts'
import { assertTerms } from '../ticket-types/assert-terms.ts'
import { countBuyers } from '../ticket-types/count-buyers.ts'
import { writableTicketType } from '../ticket-types/find-ticket-type.ts'
import { findAddOnTargets } from '../ticket-types/named-types.ts'
import { presentTicketType, typesOfEvent } from '../ticket-types/present-ticket-type.ts'
import {
  TicketTypeAnswer,
  TicketTypeParams,
  type UpdateTicketType,
  UpdateTicketTypeBody,
} from '../ticket-types/ticket-type-schema.ts'
import { changeTerms, termsColumns, termsOf } from '../ticket-types/ticket-type-terms.ts'

/** PATCH /v1/ticket-types/:ticketTypeId — new terms for orders to come; those already held keep theirs. */
export function updateTicketType(app: App, ctx: Context): void {
  app.patch(
    '/v1/ticket-types/:ticketTypeId',
    {
      schema: {
        operationId: 'updateTicketType',
        params: TicketTypeParams,
        body: UpdateTicketTypeBody,
        response: { 200: TicketTypeAnswer },
      },
    },
    async (request, reply) => {
      const { type, event } = await writableTicketType(ctx, request)
      const answer = await inTransaction(ctx.db, async (tx) => {
        await lockEvent(tx, type.event_id)
        const current = await lockTicketType(tx, type)
        assertIfMatch(request, current.version)
        await saveTerms(tx, event, current, request.body)
        const limitsBuyers = current.max_per_buyer === null && typeof request.body.maxPerBuyer === 'number'
        await (limitsBuyers ? countBuyers(tx, current) : touchTerms(tx, type.event_id))
        if (request.body.capacity !== undefined) await setCapacity(tx, current, request.body.capacity)
        const updated = (await typesOfEvent(tx, event)).find((candidate) => candidate.id === type.id)
        if (!updated) throw new DomainError('not-found')
        return presentTicketType(updated, event, await ctx.time(tx), true)
      })
      ctx.stock.availability.forget(type.event_id)
      return reply.header('etag', etag(answer.version ?? 1)).send(answer)
    },
  )
}

async function lockTicketType(tx: TicketsTx, type: Pick<TicketTypeRow, 'event_id' | 'id'>): Promise<TicketTypeRow> {
  const current = await tx
    .selectFrom('ticket_type')
    .select(COLUMNS.ticket_type)
    .where('event_id', '=', type.event_id)
    .where('id', '=', type.id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!current) throw new DomainError('not-found')
  return current
}

async function saveTerms(
  tx: TicketsTx,
  event: EventRow,
  current: TicketTypeRow,
  body: UpdateTicketType,
): Promise<void> {
  const terms = changeTerms(termsOf(current), body)
  assertTerms(terms)
  const addOnTo = body.addOnTo
    ? await findAddOnTargets(tx, current.event_id, current.id, body.addOnTo)
    : current.add_on_to
  await tx
    .updateTable('ticket_type')
    .set({
      ...(body.name ? { name: JSON.stringify(body.name) as never } : {}),
      ...(body.description === undefined
        ? {}
        : { description: (body.description === null ? null : JSON.stringify(body.description)) as never }),
      ...termsColumns(terms, addOnTo),
      ...(body.vatRateId === undefined
        ? {}
        : { vat_rate_id: await findVatRate(tx, event.organizer_id, body.vatRateId, current.vat_rate_id) }),
      version: sql<number>`version + 1`,
    })
    .where('event_id', '=', current.event_id)
    .where('id', '=', current.id)
    .execute()
}

/** More places are on sale at once; fewer only as far as nobody has them. The pool is locked, so the counters are the truth. */
async function setCapacity(tx: TicketsTx, type: TicketTypeRow, capacity: number): Promise<void> {
  const pool = await tx
    .selectFrom('allotment')
    .select(COLUMNS.allotment)
    .where('event_id', '=', type.event_id)
    .where('ticket_type_id', '=', type.id)
    .executeTakeFirstOrThrow()
  if (capacity < pool.sold + pool.held) {
    throw new DomainError('capacity-below-sold', { capacity, sold: pool.sold, held: pool.held })
  }
  await tx
    .updateTable('allotment')
    .set({ capacity })
    .where('event_id', '=', pool.event_id)
    .where('id', '=', pool.id)
    .execute()
}
