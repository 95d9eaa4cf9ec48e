import { roleAt, zoneOf } from '#web/finance/read.server.ts'
import { maySetRefundPolicy, sectionsFor } from '#web/finance/sections.ts'
import type { LayoutServerLoad } from './$types'

export const load: LayoutServerLoad = async (event) => {
  const { organizerId } = event.params
  const [role, timeZone] = await Promise.all([roleAt(event, organizerId), zoneOf(event, organizerId)])
  return { sections: sectionsFor(role), refundPolicy: maySetRefundPolicy(role), timeZone }
}
