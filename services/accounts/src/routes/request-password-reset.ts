import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EmailText, Empty, REFUSALS } from '../contract.ts'
import { limitMail } from '../rate-limits.ts'
import { noteRequest } from '../users/account-request.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object({ email: EmailText })

/** POST /v1/password-reset-requests. A mail with a link to set a new password, if the address is known; the answer does not tell. */
export function requestPasswordResetRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/password-reset-requests',
    { schema: { operationId: 'requestPasswordReset', body: Body, response: { 202: Empty, ...REFUSALS } } },
    async (request, reply) => {
      const email = parseEmail(request.body.email)
      await limitMail(ctx.limits, request, reply, email)
      await noteRequest(ctx.db, 'password-reset', email, ctx.now())
      ctx.wake()
      return reply.code(202).send({})
    },
  )
}
