import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'

const Answer = Type.Object({ items: Type.Array(Type.Object({ id: Type.String() })) })

/** GET /v1/payment-providers — with whom one can pay here. A free order needs none of them. */
export function listPaymentProviders(app: App, ctx: Context): void {
  app.get(
    '/v1/payment-providers',
    { schema: { operationId: 'listPaymentProviders', response: { 200: Answer } } },
    async () => ({ items: ctx.providers.simulated ? [{ id: 'simulated' }] : [] }),
  )
}
