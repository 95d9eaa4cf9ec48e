import { hash } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import { type App, isFresh, isMember, toId, toUuid } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import type { EventRow } from '../db.ts'
import { EventParams } from '../events/event.ts'
import { fetchEvent } from '../events/find-event.ts'
import { guessCode } from '../rate-limits.ts'
import type { Snapshot } from '../stock/availability.ts'
import type { OfferedType } from '../stock/catalogue.ts'
import { type CodeTerms, isValidNow } from '../stock/decide.ts'
import { codeConcerns } from '../stock/price.ts'
import { presentTicketType, type TypeStock, typesOfEvent } from '../ticket-types/present-ticket-type.ts'
import { TicketTypeAnswer } from '../ticket-types/ticket-type-schema.ts'

const Query = Type.Object({ promoCode: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' })) })

const Answer = Type.Object({
  eventId: Type.String(),
  status: Type.String(),
  serverTime: Type.String({ format: 'date-time' }),
  currency: Type.Union([Type.String(), Type.Null()]),
  fee: Type.Union(
    [
      Type.Object({
        percentBp: Type.Integer({
          description:
            'Of the price, in basis points. The fee is rounded to what payment providers can take of the currency, halves up.',
        }),
        fixedMinor: Type.Integer(),
      }),
      Type.Null(),
    ],
    { description: 'What the buyer pays on top of each ticket that is not free; for prices that the buyer chooses.' },
  ),
  promoCode: Type.Union([
    Type.Object({ code: Type.String(), valid: Type.Boolean({ description: 'It is for some of these tickets, now.' }) }),
    Type.Null(),
  ]),
  items: Type.Array(TicketTypeAnswer),
})

/** What anybody is told, as bytes, for as long as the stock in memory stays as it is. */
const public_ = new WeakMap<Snapshot['allotments'], { json: string; etag: string; until: number }>()

/**
 * GET /v1/events/:eventId/ticket-types — what is on sale, from memory, at most a second old. Members read the tables, and also
 * see the counters, drafts and hidden types; a code shows what it opens and its prices.
 */
export function listTicketTypes(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/ticket-types',
    {
      schema: {
        operationId: 'listTicketTypes',
        params: EventParams,
        querystring: Query,
        response: { 200: Answer, 304: Type.Null({ description: 'Your copy (If-None-Match) is still right.' }) },
      },
    },
    async (request, reply) => {
      const eventUuid = toUuid('evt', request.params.eventId)
      if (request.principal.kind === 'user') {
        const event = await fetchEvent(ctx, eventUuid)
        if (isMember(request.principal, toId('org', event.organizer_id))) return forMember(ctx, event)
      }
      const seen = await ctx.stock.availability.look(eventUuid)
      if (!seen || seen.terms.event.status === 'draft') throw new DomainError('not-found')
      const promoCode = request.query.promoCode?.trim()
      if (promoCode !== undefined) {
        const guess = await guessCode(ctx.limits, request, reply, { eventId: eventUuid, code: promoCode })
        await ctx.stock.catalogue.learnCodes([{ terms: seen.terms, code: promoCode }])
        const answer = present(seen, promoCode)
        await guess.done(answer.promoCode?.valid === true)
        return answer
      }
      const { json, etag } = presentedOnce(seen)
      reply.header('cache-control', 'public, max-age=1').header('vary', 'authorization').header('etag', etag)
      if (isFresh(request, etag)) return reply.code(304).send(null)
      // Made once for all, so past the type of what would be made of an object.
      return reply.type('application/json; charset=utf-8').send(json as never)
    },
  )
}

async function forMember(ctx: Context, event: EventRow): Promise<Static<typeof Answer>> {
  const [now, types] = await Promise.all([ctx.time(ctx.db), typesOfEvent(ctx.db, event)])
  return {
    ...head(event, now, types[0]),
    promoCode: null,
    items: types.map((type) => presentTicketType(type, event, now, true)),
  }
}

function head(event: EventRow, now: Date, first: Pick<TypeStock, 'currency' | 'fee'> | undefined) {
  return {
    eventId: toId('evt', event.event_id),
    status: event.status,
    serverTime: now.toISOString(),
    currency: first?.currency ?? null,
    fee: first?.fee ? { percentBp: first.fee.percentBp, fixedMinor: first.fee.fixedMinor } : null,
  }
}

function presentedOnce(seen: Snapshot): { json: string; etag: string } {
  const known = public_.get(seen.allotments)
  const now = seen.now().getTime()
  if (known && now < known.until) return known
  const answer = present(seen)
  // The clock is left out, or no two answers would be equal; hence weak (RFC 9110 §8.8.1).
  const etag = `W/"${hash('sha256', JSON.stringify({ ...answer, serverTime: '' }), 'base64url').slice(0, 22)}"`
  const made = { json: JSON.stringify(answer), etag, until: now + 1_000 }
  public_.set(seen.allotments, made)
  return made
}

function present({ terms, allotments, now }: Snapshot, promoCode?: string): Static<typeof Answer> {
  const { event, types, codes } = terms
  const at = now()
  const found = promoCode === undefined ? undefined : codes.get(promoCode.toUpperCase())
  const code = found && isValidNow(found, at) ? found : undefined
  const shown = [...types.values()].filter((type) => isShown(type, code))
  return {
    ...head(event, at, shown[0] && { currency: shown[0].row.currency, fee: shown[0].fee }),
    promoCode:
      promoCode === undefined
        ? null
        : { code: promoCode, valid: code !== undefined && shown.some((type) => codeConcerns(code, type)) },
    items: shown.map((type) => presentTicketType(toStock(type, allotments), event, at, false, code)),
  }
}

function isShown(type: OfferedType, code: CodeTerms | undefined): boolean {
  return !type.hidden || (code?.unlocks === true && codeConcerns(code, type))
}

function toStock(type: OfferedType, allotments: Snapshot['allotments']): TypeStock {
  const pools = type.allotmentIds.flatMap((id) => allotments.get(id) ?? [])
  const own = allotments.get(type.ownAllotmentId)
  return {
    ...type.row,
    capacity: own?.capacity ?? 0,
    held: own?.held ?? 0,
    sold: own?.sold ?? 0,
    waiting: own?.waiting ?? 0,
    free: Math.min(...pools.map((pool) => pool.capacity - pool.held - pool.sold)),
    vat: type.vat,
    fee: type.fee,
  }
}
