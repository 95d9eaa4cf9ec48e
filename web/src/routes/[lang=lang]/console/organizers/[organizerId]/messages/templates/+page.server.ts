import { need } from '#web/api/call.server.ts'
import type { TemplateSummary } from '#web/messaging/templates.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const path = `/v1/organizers/${event.params.organizerId}/templates`
  const { body } = await need<{ items: TemplateSummary[] }>(event, 'notifications', path, { as: 'visitor' })
  return { templates: body.items }
}
