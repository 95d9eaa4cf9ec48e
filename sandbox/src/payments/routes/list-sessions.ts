import { Type } from 'typebox'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { sessionAnswer } from '../session-answer.ts'

/** GET /v1/payment-sessions?reference= : the merchant's way back to a session whose answer was lost. */
export function listSessions(app: App, ctx: Context): void {
  const querystring = Type.Object({ reference: Type.String({ minLength: 1, maxLength: 200 }) })
  app.get('/v1/payment-sessions', { schema: { querystring } }, (request, reply) =>
    underFault(ctx, 'read', request, reply, () => ({
      items: ctx.ledger.withReference(request.query.reference).map((session) => sessionAnswer(ctx, session)),
    })),
  )
}
