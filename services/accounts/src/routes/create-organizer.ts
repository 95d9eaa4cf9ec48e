import { inTransaction } from '@guichet/database'
import { type App, etag, newUuid, toUuid, userOf } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { organizerIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { EmailText, OrganizerName, OrganizerView, REFUSALS } from '../contract.ts'
import { describeOrganizer } from '../organizers/organizer.ts'
import { setRole } from '../organizers/set-role.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object({ name: OrganizerName, contactEmail: Type.Optional(EmailText) })

/** POST /v1/organizers. Whoever makes it owns it; his token does not say so yet, so the client refreshes it. */
export function createOrganizerRoute(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers',
    { schema: { operationId: 'createOrganizer', body: Body, response: { 201: OrganizerView, ...REFUSALS } } },
    async (request, reply) => {
      const user = userOf(request)
      const { name, contactEmail } = request.body
      const contact_email = contactEmail === undefined ? null : parseEmail(contactEmail).email
      await ctx.limits.take(reply, 'organizer', user.userId)
      const organizer = await inTransaction(ctx.db, async (tx) => {
        const now = ctx.now()
        const row = await tx
          .insertInto('organizer')
          .values({ id: newUuid(now.getTime()), name: name.trim(), contact_email, created_at: now, updated_at: now })
          .returning(['id', 'name', 'contact_email', 'version', 'created_at'])
          .executeTakeFirstOrThrow()
        const deed = deedOf(request, now)
        await audit(tx, deed, 'organizer.created', organizerIdOf(row.id))
        const userUuid = toUuid('usr', user.userId)
        await setRole(tx, deed, { organizerUuid: row.id, userUuid, role: 'owner', expected: 'new' })
        return describeOrganizer(row) satisfies Static<typeof OrganizerView>
      })
      reply.header('etag', etag(organizer.version)).header('location', `/v1/organizers/${organizer.id}`)
      return reply.code(201).send(organizer)
    },
  )
}
