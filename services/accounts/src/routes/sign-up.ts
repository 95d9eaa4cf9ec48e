import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EmailText, Empty, Locale, PasswordText, PersonName, REFUSALS } from '../contract.ts'
import { assertPasswordAcceptable } from '../passwords/password-policy.ts'
import { limitMail } from '../rate-limits.ts'
import { noteRequest } from '../users/account-request.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object({
  email: EmailText,
  password: PasswordText,
  name: PersonName,
  locale: Type.Optional(Locale),
})

/** POST /v1/users. The answer is the same for a known address; only the mail differs. */
export function signUpRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/users',
    { schema: { operationId: 'signUp', body: Body, response: { 202: Empty, ...REFUSALS } } },
    async (request, reply) => {
      const { password, name, locale = 'en' } = request.body
      const email = parseEmail(request.body.email)
      assertPasswordAcceptable(password, { email: email.email, name })
      await limitMail(ctx.limits, request, reply, email)
      const passwordHash = ctx.firstHash(email.key, password, await ctx.passwords.hash(password))
      await noteRequest(ctx.db, 'sign-up', email, ctx.now(), { name: name.trim(), locale, passwordHash })
      ctx.wake()
      return reply.code(202).send({})
    },
  )
}
