import { roleAt } from '#web/finance/read.server.ts'
import { sectionsFor } from '#web/messaging/sections.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => ({
  sections: sectionsFor(await roleAt(event, event.params.organizerId)),
})
