import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, authorize, etag, newUuid, toId, toUuid } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import type { EventRow, TicketsTx } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent } from '../events/find-event.ts'
import { lockSellableEvent } from '../events/lock-event.ts'
import { isCurrency } from '../money/currency.ts'
import { readSellingTerms } from '../prices/lock-selling-terms.ts'
import { findVatRate } from '../prices/vat-rate.ts'
import { touchTerms } from '../stock/terms.ts'
import { assertTerms } from '../ticket-types/assert-terms.ts'
import { findAddOnTargets } from '../ticket-types/named-types.ts'
import { presentTicketType, typesOfEvent } from '../ticket-types/present-ticket-type.ts'
import { CreateTicketTypeBody, TicketTypeAnswer } from '../ticket-types/ticket-type-schema.ts'
import { changeTerms, defaultTerms, termsColumns } from '../ticket-types/ticket-type-terms.ts'

/** POST /v1/events/:eventId/ticket-types — puts something on sale, with a pool of places of its own, within the event's. */
export function createTicketType(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/ticket-types',
    {
      schema: {
        operationId: 'createTicketType',
        params: EventParams,
        body: CreateTicketTypeBody,
        response: { 201: TicketTypeAnswer },
      },
    },
    async (request, reply) => {
      const event = await fetchEvent(ctx, toUuid('evt', request.params.eventId))
      authorize(request, 'ticket-type.write', toId('org', event.organizer_id))
      const id = newUuid()
      const answer = await inTransaction(ctx.db, async (tx) => {
        const now = await ctx.time(tx)
        await insertTicketType(tx, event, id, request.body, now)
        const type = (await typesOfEvent(tx, event)).find((candidate) => candidate.id === id)
        if (!type) throw new Error('A ticket type just made is there')
        return presentTicketType(type, event, now, true)
      })
      ctx.stock.availability.forget(event.event_id)
      return reply.code(201).header('etag', etag(1)).send(answer)
    },
  )
}

async function insertTicketType(
  tx: TicketsTx,
  { event_id: eventUuid, organizer_id: organizerUuid }: EventRow,
  id: string,
  body: Static<typeof CreateTicketTypeBody>,
  now: Date,
): Promise<void> {
  await readSellingTerms(tx, organizerUuid)
  // Locked, so that two types made at once cannot have two currencies.
  const event = await lockSellableEvent(tx, eventUuid)
  await assertCurrency(tx, event, body.currency)
  const terms = changeTerms(defaultTerms(body.minPerOrder), body)
  assertTerms(terms)
  await tx
    .insertInto('ticket_type')
    .values({
      event_id: eventUuid,
      id,
      name: body.name,
      description: body.description ?? null,
      currency: body.currency,
      created_at: now,
      vat_rate_id: await findVatRate(tx, organizerUuid, body.vatRateId),
      ...termsColumns(terms, await findAddOnTargets(tx, eventUuid, id, terms.addOnTo)),
    })
    .execute()
  const allotmentId = newUuid()
  await tx
    .insertInto('allotment')
    .values({ event_id: eventUuid, id: allotmentId, ticket_type_id: id, capacity: body.capacity })
    .execute()
  const ofEvent = await tx
    .selectFrom('allotment')
    .select('id')
    .where('event_id', '=', eventUuid)
    .where('kind', '=', 'event')
    .execute()
  await tx
    .insertInto('ticket_type_allotment')
    .values(
      [allotmentId, ...ofEvent.map((pool) => pool.id)].map((pool) => ({
        event_id: eventUuid,
        ticket_type_id: id,
        allotment_id: pool,
      })),
    )
    .execute()
  await touchTerms(tx, eventUuid)
}

async function assertCurrency(tx: TicketsTx, event: EventRow, currency: string): Promise<void> {
  if (!isCurrency(currency)) {
    throw new DomainError('request-invalid', {}, { errors: [{ pointer: '/currency', detail: 'is no ISO 4217 code' }] })
  }
  const other = await tx
    .selectFrom('ticket_type')
    .select('currency')
    .where('event_id', '=', event.event_id)
    .where('currency', '<>', currency)
    .limit(1)
    .executeTakeFirst()
  if (other) throw new DomainError('currency-differs', { currency: other.currency })
}
