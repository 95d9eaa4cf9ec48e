import { Type } from 'typebox'
import { Problem } from '../../problem.ts'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { findSession, sessionAnswer } from '../session-answer.ts'

/** POST /v1/payment-sessions/:id/expiry : afterwards the buyer can no longer pay. Repeating it changes nothing. */
export function expireSession(app: App, ctx: Context): void {
  const params = Type.Object({ id: Type.String() })
  app.post('/v1/payment-sessions/:id/expiry', { schema: { params } }, (request, reply) =>
    underFault(ctx, 'expire', request, reply, () => {
      const session = findSession(ctx, request.params.id)
      if (session.state === 'open') ctx.record({ type: 'abandoned', id: session.id, by: 'merchant' })
      if (session.state !== 'abandoned') {
        throw new Problem(409, 'not-open', 'The buyer has already decided.', { state: session.state })
      }
      return sessionAnswer(ctx, session)
    }),
  )
}
