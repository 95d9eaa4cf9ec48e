import { DomainError } from '@guichet/problem'
import { type App, claimKey, languageOf, parseId, senderOf, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import { fetchEvent } from '../events/find-event.ts'
import { PRICE_MINOR_MAX } from '../money/currency.ts'
import { BuyerBody, LocaleBody, OrderAnswer } from '../orders/order-schema.ts'
import { placeOrder } from '../orders/place-order.ts'
import { presentPlaced } from '../orders/present-order.ts'
import { guessCode } from '../rate-limits.ts'

const Body = Type.Object({
  eventId: Type.String(),
  lines: Type.Array(
    Type.Object({
      ticketTypeId: Type.String(),
      quantity: Type.Integer({ minimum: 1, maximum: 1_000 }),
      chosenPriceMinor: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: PRICE_MINOR_MAX,
          description: 'For one ticket, where the buyer chooses the price; by default the suggested one.',
        }),
      ),
    }),
    { minItems: 1, maxItems: 20 },
  ),
  promoCode: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' })),
  buyer: Type.Optional(BuyerBody),
  locale: Type.Optional(LocaleBody),
})

/** A guest's key is all that keeps the answer, and the secret in it, from others: it must be too long to guess. */
const GUEST_KEY_MIN = 16

/** POST /v1/orders — holds places for a buyer, guest or signed in, until a deadline. */
export function placeOrderRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/orders',
    {
      schema: { operationId: 'placeOrder', body: Body, response: { 201: OrderAnswer } },
      // Before the body is read, so that refusing costs little when there is most to refuse.
      onRequest: (_request, _reply, done) => done(ctx.stock.isFull() ? new DomainError('sale-busy') : undefined),
    },
    async (request, reply) => {
      const { body, principal } = request
      const eventId = toUuid('evt', body.eventId)
      const lines = body.lines.map(({ ticketTypeId, ...line }) => {
        const uuid = parseId('typ', ticketTypeId)
        if (!uuid) throw new DomainError('ticket-type-unknown', { ticketTypeId })
        return { ...line, ticketTypeId: uuid }
      })
      const idempotency = claimKey(request, scopeOf(request), contentOf(body))
      if (!ctx.stock.catalogue.peek(eventId) && !(await ctx.stock.catalogue.get([eventId])).has(eventId)) {
        await fetchEvent(ctx, eventId)
      }
      const promoCode = body.promoCode?.trim()
      const guess =
        promoCode === undefined ? undefined : await guessCode(ctx.limits, request, reply, { eventId, code: promoCode })
      const wanted = {
        eventId,
        lines,
        promoCode,
        buyer: body.buyer,
        buyerUserId: principal.kind === 'user' ? toUuid('usr', principal.userId) : null,
        locale: body.locale ?? languageOf(request),
        idempotency,
      }
      const hold =
        principal.kind === 'user'
          ? ctx.allowances.account.take(principal.userId)
          : ctx.allowances.address.take(senderOf(request))
      const placed = await placeOrder(ctx, wanted).catch(async (error: unknown) => {
        hold.giveBack()
        await guess?.done(!(error instanceof DomainError && error.code === 'promo-code-invalid'))
        throw error
      })
      await guess?.done(true)
      if (placed.replayed) {
        hold.giveBack()
        reply.header('idempotency-replayed', 'true')
      }
      return reply.code(201).send(presentPlaced(ctx, placed))
    },
  )
}

/** All that an order asks for, in an order of its own. */
function contentOf({ eventId, lines, promoCode, buyer, locale }: Static<typeof Body>): string {
  const wanted = lines.map((line) => [line.ticketTypeId, line.quantity, line.chosenPriceMinor])
  return JSON.stringify([eventId, wanted, promoCode, buyer?.name, buyer?.email, locale])
}

function scopeOf(request: FastifyRequest): string {
  const { principal } = request
  if (principal.kind === 'user') return `${principal.userId}:placeOrder`
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && key.length > 0 && key.length < GUEST_KEY_MIN) {
    const detail = `must have at least ${GUEST_KEY_MIN} characters for a guest: use a UUID`
    throw new DomainError('request-invalid', {}, { errors: [{ pointer: 'Idempotency-Key', detail }] })
  }
  return 'guest:placeOrder'
}
