import { type App, authorize, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { EDITABLE_KINDS } from '../templates/samples.ts'

const params = Type.Object({ organizerId: Type.String() })
const State = Type.Object({ own: Type.Boolean(), updatedAt: Type.Union([Type.String(), Type.Null()]) })
const response = {
  200: Type.Object({
    items: Type.Array(Type.Object({ kind: Type.String(), languages: Type.Object({ en: State, fr: State }) })),
  }),
}

/** GET /v1/organizers/{organizerId}/templates: every mail whose words can be changed, and which have been. */
export function listTemplates(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/templates',
    { schema: { operationId: 'listTemplates', summary: 'List mails whose words can be changed', params, response } },
    async (request) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'template.write', request.params.organizerId)
      const rows = await ctx.db
        .selectFrom('template')
        .select(['kind', 'language', 'updated_at'])
        .where('organizer_id', '=', organizerUuid)
        .execute()
      const stateOf = (kind: string, language: string) => {
        const row = rows.find((found) => found.kind === kind && found.language === language)
        return { own: row !== undefined, updatedAt: row?.updated_at.toISOString() ?? null }
      }
      const items = EDITABLE_KINDS.map((kind) => ({
        kind,
        languages: { en: stateOf(kind, 'en'), fr: stateOf(kind, 'fr') },
      }))
      return { items }
    },
  )
}
