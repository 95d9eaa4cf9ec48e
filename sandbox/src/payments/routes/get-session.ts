import { Type } from 'typebox'
import type { App } from '../../server.ts'
import type { Context } from '../context.ts'
import { underFault } from '../faults.ts'
import { findSession, sessionAnswer } from '../session-answer.ts'

/** GET /v1/payment-sessions/:id */
export function getSession(app: App, ctx: Context): void {
  const params = Type.Object({ id: Type.String() })
  app.get('/v1/payment-sessions/:id', { schema: { params } }, (request, reply) =>
    underFault(ctx, 'read', request, reply, () => sessionAnswer(ctx, findSession(ctx, request.params.id))),
  )
}
