import { inTransaction } from '@guichet/database'
import { type App, senderOf } from '@guichet/server'
import { Type } from 'typebox'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { REFUSALS, Secret, SessionView } from '../contract.ts'
import { openSession } from '../sessions/session.ts'
import { redeemAdminLink } from '../users/admin-link.ts'

const Body = Type.Object({ token: Secret })

/** POST /v1/admin-links/redemptions. The link that the operator printed, once. */
export function redeemAdminLinkRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/admin-links/redemptions',
    { schema: { operationId: 'redeemAdminLink', body: Body, response: { 201: SessionView, ...REFUSALS } } },
    async (request, reply) => {
      const sender = senderOf(request)
      await ctx.limits.take(reply, 'link', sender)
      const session = await inTransaction(ctx.db, async (tx) => {
        const deed = deedOf(request, ctx.now())
        const userUuid = await redeemAdminLink(tx, request.body.token, deed)
        const opened = await openSession(tx, ctx, userUuid)
        await audit(tx, deed, 'session.opened', opened.sessionId, { userId: opened.user.id })
        return opened
      })
      await ctx.limits.giveBack('link', sender)
      return reply.code(201).send(session)
    },
  )
}
