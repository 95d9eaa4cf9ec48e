import { need } from '#web/api/call.server.ts'
import type { Dispute } from '#web/api/finance.ts'
import type { Page } from '#web/api/types.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const state = ['open', 'won', 'lost'].find((one) => one === asked('state')) ?? ''
  const path = `/v1/organizers/${event.params.organizerId}/disputes`
  const query = { state, cursor: asked('cursor'), limit: '50' }
  const { body } = await need<Page<Dispute>>(event, 'tickets', path, { query, as: 'visitor' })
  return { list: body, state, now: new Date().toISOString() }
}
