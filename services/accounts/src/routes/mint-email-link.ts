import { inTransaction } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Instant, Locale, REFUSALS, RoleName } from '../contract.ts'
import { mintChangeLink } from '../users/email-change-link.ts'
import { mintLink } from '../users/one-time-link.ts'
import { lockUser, readUser } from '../users/user.ts'

const Purpose = Type.Enum([
  'email-confirmation',
  'password-reset',
  'sign-up-repeated',
  'password-changed',
  'member-added',
  'webhook-endpoint-off',
  'email-change',
  'email-changed',
])
const Body = Type.Object({
  userId: Type.String({ maxLength: 100 }),
  purpose: Purpose,
  organizerId: Type.Optional(
    Type.String({ maxLength: 100, description: 'Of member-added and webhook-endpoint-off: where.' }),
  ),
  changeId: Type.Optional(Type.String({ maxLength: 100, description: 'Of email-change and email-changed: which.' })),
})
const Answer = Type.Object({
  url: Type.String(),
  email: Type.String(),
  name: Type.String(),
  locale: Locale,
  expiresAt: Type.Union([Instant, Type.Null()]),
  organizer: Type.Optional(Type.Object({ name: Type.String(), role: RoleName })),
  taken: Type.Optional(
    Type.Boolean({ description: 'Of email-change: the new address has an account, whose owner is told that instead.' }),
  ),
})

/** POST /v1/internal/email-links. Made when the mail is sent, so that no secret waits in a queue. */
export function mintEmailLinkRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/internal/email-links',
    { schema: { operationId: 'mintEmailLink', body: Body, response: { 201: Answer, ...REFUSALS } } },
    async (request, reply) => {
      const { userId, purpose, organizerId, changeId } = request.body
      const answer = await inTransaction(ctx.db, async (tx) => {
        const { id } = await lockUser(tx, toUuid('usr', userId))
        const { email, name, locale, emailConfirmed, memberships } = await readUser(tx, id)
        const to = { email, name, locale }
        const base = `${ctx.config.publicUrl}/${locale}`
        if (purpose === 'sign-up-repeated') return { url: `${base}/sign-in`, ...to, expiresAt: null }
        // No secret: whoever has lost the password has the address.
        if (purpose === 'password-changed') return { url: `${base}/forgot-password`, ...to, expiresAt: null }
        if (purpose === 'member-added' || purpose === 'webhook-endpoint-off') {
          const found = memberships.find((membership) => membership.organizerId === organizerId)
          if (!found) throw new DomainError('not-found')
          const organizer = { name: found.organizerName, role: found.role }
          const console = `${base}/console/organizers/${found.organizerId}`
          const url = purpose === 'member-added' ? console : `${console}/messages/webhooks`
          return { url, ...to, expiresAt: null, organizer }
        }
        if (purpose === 'email-change' || purpose === 'email-changed') {
          const link = await mintChangeLink(tx, purpose, id, toUuid('ech', changeId ?? ''), ctx.now())
          if (!link) throw new DomainError('not-found')
          // Its owner has nothing to do with whoever asked: not even a name is told.
          if (link.token === null) {
            const url = `${ctx.config.publicUrl}/${link.locale}/sign-in`
            return { url, email: link.email, locale: link.locale, name: '', expiresAt: null, taken: true }
          }
          const there = { email: link.email, locale }
          const page = purpose === 'email-change' ? 'account/confirm-address' : 'undo-address'
          const expiresAt = link.expiresAt.toISOString()
          return { url: `${base}/${page}?token=${link.token}`, ...there, name, expiresAt }
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
