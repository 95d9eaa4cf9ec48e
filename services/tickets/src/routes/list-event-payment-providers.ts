import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.ts'
import { EventParams } from '../events/event.ts'
import { findEvent } from '../events/find-event.ts'
import { ModeSchema } from '../payment-accounts/account-schema.ts'
import { offeredBy } from '../payment-accounts/offered.ts'
import type { Sum } from '../payments/takes.ts'

const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'simulated, stripe, paypal or bank-transfer.' }),
      mode: ModeSchema,
      dueAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
        description: 'Until when the money must have arrived, for who starts now; null: it is paid at once.',
      }),
    }),
  ),
})

const Query = Type.Object({
  amountMinor: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'With currency: only who can take it.' }),
  ),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
})

/** GET /v1/events/:eventId/payment-providers — how one can pay here. A free order needs none of them. */
export function listEventPaymentProviders(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/payment-providers',
    {
      schema: {
        operationId: 'listEventPaymentProviders',
        params: EventParams,
        querystring: Query,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const event = await findEvent(ctx, toUuid('evt', request.params.eventId))
      if (!event) throw new DomainError('not-found')
      const accounts = await ctx.sellingAccounts.of(ctx.db, event.organizer_id)
      const when = { now: await ctx.time(ctx.db), startsAt: event.starts_at }
      const ways = offeredBy(accounts, ctx.providers.simulated !== undefined, when, sumOf(request.query))
      return {
        items: ways.map(({ provider, mode, dueAt }) => ({ id: provider, mode, dueAt: dueAt?.toISOString() ?? null })),
      }
    },
  )
}

function sumOf({ amountMinor, currency }: Static<typeof Query>): Sum | undefined {
  if (amountMinor !== undefined && currency !== undefined) return { amountMinor, currency }
  if (amountMinor === undefined && currency === undefined) return undefined
  const pointer = currency === undefined ? '/currency' : '/amountMinor'
  throw new DomainError(
    'request-invalid',
    {},
    { errors: [{ pointer, detail: 'amountMinor and currency go together' }] },
  )
}
