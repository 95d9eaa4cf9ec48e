import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Secret, SessionView } from '../contract.ts'
import { rotateSession } from '../sessions/rotate-session.ts'

const Body = Type.Object({ refreshToken: Secret })

/** POST /v1/sessions/refresh. The same token within 10 s gives the same next one; later it ends the session. */
export function refreshSessionRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/sessions/refresh',
    { schema: { operationId: 'refreshSession', body: Body, response: { 200: SessionView, ...REFUSALS } } },
    async (request) => {
      const session = await inTransaction(ctx.db, (tx) =>
        rotateSession(tx, ctx, request.body.refreshToken, deedOf(request, ctx.now())),
      )
      // Outside the transaction: what a reused token revoked must stay revoked.
      if (!session) throw new DomainError('refresh-token-invalid')
      return session
    },
  )
}
