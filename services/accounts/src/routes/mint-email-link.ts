import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Instant, Locale, REFUSALS, RoleName } from '../contract.ts'
import { mintLink } from '../users/one-time-link.ts'
import { lockUser, readUser } from '../users/user.ts'

const Purpose = Type.Enum([
  'email-confirmation',
  'password-reset',
  'sign-up-repeated',
  'password-changed',
  'member-added',
])
const Body = Type.Object({
  userId: Type.String({ maxLength: 100 }),
  purpose: Purpose,
  organizerId: Type.Optional(Type.String({ maxLength: 100, description: 'Of member-added: where.' })),
})
const Answer = Type.Object({
  url: Type.String(),
  email: Type.String(),
  name: Type.String(),
  locale: Locale,
  expiresAt: Type.Union([Instant, Type.Null()]),
  organizer: Type.Optional(Type.Object({ name: Type.String(), role: RoleName })),
})

/** POST /v1/internal/email-links. Made when the mail is sent, so that no secret waits in a queue. */
export function mintEmailLinkRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/internal/email-links',
    { schema: { operationId: 'mintEmailLink', body: Body, response: { 201: Answer, ...REFUSALS } } },
    async (request, reply) => {
      const { userId, purpose, organizerId } = request.body
      const answer = await inTransaction(ctx.db, async (tx) => {
        const { id } = await lockUser(tx, toUuid('usr', userId))
        const { email, name, locale, emailConfirmed, memberships } = await readUser(tx, id)
        const to = { email, name, locale }
        const base = `${ctx.config.publicUrl}/${locale}`
        if (purpose === 'sign-up-repeated') return { url: `${base}/sign-in`, ...to, expiresAt: null }
        // No secret: whoever has lost the password has the address.
        if (purpose === 'password-changed') return { url: `${base}/forgot-password`, ...to, expiresAt: null }
        if (purpose === 'member-added') {
          const found = memberships.find((membership) => membership.organizerId === organizerId)
          if (!found) throw new DomainError('not-found')
          const organizer = { name: found.organizerName, role: found.role }
          return { url: `${base}/console/organizers/${found.organizerId}`, ...to, expiresAt: null, organizer }
        }
        if (purpose === 'email-confirmation' && emailConfirmed) throw new DomainError('email-already-confirmed')
        const { token, expiresAt } = await mintLink(tx, purpose, id, ctx.now())
        const page = purpose === 'email-confirmation' ? 'confirm-email' : 'reset-password'
        return { url: `${base}/${page}?token=${token}`, ...to, expiresAt: expiresAt.toISOString() }
      })
      return reply.code(201).send(answer)
    },
  )
}
