import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EmailText, Empty, REFUSALS } from '../contract.ts'
import { limitMail } from '../rate-limits.ts'
import { noteRequest } from '../users/account-request.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object({ email: EmailText })

/** POST /v1/email-confirmation-requests. Another confirmation mail, if the address waits for one; the answer does not tell. */
export function requestEmailConfirmationRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/email-confirmation-requests',
    { schema: { operationId: 'requestEmailConfirmation', body: Body, response: { 202: Empty, ...REFUSALS } } },
    async (request, reply) => {
      const email = parseEmail(request.body.email)
      await limitMail(ctx.limits, request, reply, email)
      await noteRequest(ctx.db, 'email-confirmation', email, ctx.now())
      ctx.wake()
      return reply.code(202).send({})
    },
  )
}
