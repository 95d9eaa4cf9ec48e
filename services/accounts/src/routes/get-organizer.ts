import { type App, etag, isFresh, isMember, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { OrganizerParams, OrganizerView, REFUSALS } from '../contract.ts'
import { describeOrganizer, readOrganizer } from '../organizers/organizer.ts'

/** GET /v1/organizers/{organizerId}. Who sells is public; the rest is for members. */
export function getOrganizerRoute(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId',
    {
      schema: {
        operationId: 'getOrganizer',
        params: OrganizerParams,
        response: { 200: OrganizerView, 304: {}, ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      const row = await readOrganizer(ctx.db, toUuid('org', organizerId))
      const organizer = describeOrganizer(row)
      reply.header('etag', etag(row.version)).header('vary', 'authorization')
      if (isFresh(request, etag(row.version))) return reply.code(304).send()
      if (isMember(request.principal, organizerId)) return organizer
      return { id: organizer.id, name: organizer.name }
    },
  )
}
