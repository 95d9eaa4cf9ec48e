import { Type } from 'typebox'
import { Problem } from '../../problem.ts'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { once } from '../idempotency.ts'
import { isCurrency } from '../money.ts'
import { findSession, payUrl } from '../session-answer.ts'

const body = Type.Object(
  {
    amountMinor: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    reference: Type.String({ minLength: 1, maxLength: 200 }),
    returnUrl: Type.String({ maxLength: 2_000 }),
    webhookUrl: Type.String({ maxLength: 2_000 }),
    description: Type.String({ minLength: 1, maxLength: 500 }),
    locale: Type.Optional(Type.String({ maxLength: 35 })),
  },
  { additionalProperties: false },
)

/** POST /v1/payment-sessions */
export function createSession(app: App, ctx: Context): void {
  app.post('/v1/payment-sessions', { schema: { body } }, (request, reply) => {
    const terms = request.body
    if (!isCurrency(terms.currency)) throw invalid('/currency', 'is not an ISO 4217 code')
    const returnUrl = webAddress('/returnUrl', terms.returnUrl)
    const webhookUrl = webAddress('/webhookUrl', terms.webhookUrl)
    return underFault(ctx, 'create', request, reply, () => {
      const id = once(ctx.ledger, 'create', request, (keyed) => {
        const session = { ...terms, id: ctx.newId('pay'), returnUrl, webhookUrl }
        ctx.record({ type: 'created', session, ...keyed })
        return session.id
      })
      // The first answer again, even if the session has moved on since.
      reply.code(201)
      return { id, url: payUrl(ctx, findSession(ctx, id)), state: 'open' }
    })
  })
}

/** Only the web: a `javascript:` or `data:` address would run in the buyer's browser, or be fetched by us. */
function webAddress(pointer: string, address: string): string {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid(pointer, 'is not an http(s) address')
  if (url.username || url.password) throw invalid(pointer, 'carries a user name or a password')
  return url.href
}

function invalid(pointer: string, detail: string): Problem {
  return new Problem(400, 'request-invalid', 'The request is not as described.', { errors: [{ pointer, detail }] })
}
