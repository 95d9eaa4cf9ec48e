import { inTransaction } from '@guichet/database'
import { type App, assertIfMatch, authorize, etag, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import { organizerIdOf } from '../account-ids.ts'
import { audit, deedOf } from '../audit.ts'
import type { Context } from '../context.ts'
import { EmailText, OrganizerName, OrganizerParams, OrganizerView, REFUSALS } from '../contract.ts'
import { describeOrganizer, lockOrganizer } from '../organizers/organizer.ts'
import { parseEmail } from '../users/email.ts'

const Body = Type.Object(
  { name: Type.Optional(OrganizerName), contactEmail: Type.Optional(Type.Union([EmailText, Type.Null()])) },
  { minProperties: 1 },
)

/** PATCH /v1/organizers/{organizerId}. */
export function updateOrganizerRoute(app: App, ctx: Context): void {
  app.patch(
    '/v1/organizers/:organizerId',
    {
      schema: {
        operationId: 'updateOrganizer',
        params: OrganizerParams,
        body: Body,
        response: { 200: OrganizerView, ...REFUSALS },
      },
    },
    async (request, reply) => {
      authorize(request, 'organizer.write', request.params.organizerId)
      const { name, contactEmail } = request.body
      const contact_email = typeof contactEmail === 'string' ? parseEmail(contactEmail).email : contactEmail
      const organizer = await inTransaction(ctx.db, async (tx) => {
        const before = await lockOrganizer(tx, toUuid('org', request.params.organizerId))
        assertIfMatch(request, before.version)
        const row = await tx
          .updateTable('organizer')
          .set({
            ...(name === undefined ? {} : { name: name.trim() }),
            ...(contact_email === undefined ? {} : { contact_email }),
            updated_at: ctx.now(),
            version: before.version + 1,
          })
          .where('id', '=', before.id)
          .returning(['id', 'name', 'contact_email', 'version', 'created_at'])
          .executeTakeFirstOrThrow()
        await audit(tx, deedOf(request, ctx.now()), 'organizer.changed', organizerIdOf(row.id))
        return describeOrganizer(row)
      })
      reply.header('etag', etag(organizer.version))
      return organizer
    },
  )
}
