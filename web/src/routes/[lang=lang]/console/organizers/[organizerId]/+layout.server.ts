import { need } from '#web/api/call.server.ts'
import type { Organizer } from '#web/api/types.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => {
  const { organizers } = await event.parent()
  const { organizerId } = event.params
  const known = organizers?.find(({ id }) => id === organizerId)
  if (known) return { organizer: known }
  if (organizers === null) return { organizer: { id: organizerId, name: '' } }
  const { body } = await need<Organizer>(event, 'accounts', `/v1/organizers/${organizerId}`, { as: 'visitor' })
  return { organizer: body }
}
